"""What only agents ask for: new migrations from SQL, and looking at the database."""
