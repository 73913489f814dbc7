// Package seal decides how a record is sealed so that nobody can change it unnoticed, not even who keeps it: a log to which is
// only added, the head of which is signed, and a file for each record with which anybody can prove, without asking us, that it
// stands in the log. All forms are open ones of transparency logs (C2SP signed-note, tlog-checkpoint, tlog-proof and
// tlog-cosignature), so tools of others can read them. It refuses to know what a record says.
package seal
