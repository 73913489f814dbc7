// Package clickhouse gives the engine that holds facts and books: a server named by an address, or ClickHouse itself in a
// child process of this binary, started, watched and locked down here. It knows the tables' definitions (migrations) and
// nothing of what is in them.
package clickhouse
