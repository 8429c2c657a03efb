"""What a database says it has run: `public._migrations`, and Supabase's ledger beside it."""
