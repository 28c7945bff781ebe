"""What Viva remembers: tables, one repository an aggregate, migrations."""
