"""`apply`: pending migrations, each with its row, then schema.sql."""
