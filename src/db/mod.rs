//! The pool, the migrations, and the private Postgres that serves when no `DATABASE_URL` is given.
