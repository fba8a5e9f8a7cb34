"""What is drawn: shapes, arrays, calls of one op, programs. Everything is read off the catalogue."""
