// Package collector takes events in over HTTP, keeps them durably in a write-ahead log, and loads them into the engine
// in the order of the log. It answers 202 when what it took is on disk, never before. It knows what an event may say
// (internal/event decides), not what it means.
package collector
