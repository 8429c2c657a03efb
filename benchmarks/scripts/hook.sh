#!/bin/bash
# The pre-commit hook of requirements.md, appendix B.

MIGRATION_FILES=$(git diff --staged --name-only | grep "supabase/migrations/.*\.sql")

if [ -n "$MIGRATION_FILES" ]; then
  echo "📦 Migration files detected, validating..."

  if ! git diff --staged --name-only | grep -q "schema.sql"; then
    echo "❌ ERROR: Migration requires updated schema.sql"
    exit 1
  fi

  for file in $MIGRATION_FILES; do
    basename=$(basename "$file")
    if ! [[ $basename =~ ^[0-9]{14}_[a-z_]+\.sql$ ]]; then
      echo "❌ ERROR: Invalid migration name: $basename"
      exit 1
    fi
  done

  echo "✅ Migration validation passed"
fi
