// Package integrity looks for signs that figures were managed: pauses asked for at the last moment, closings dated back,
// promises moved when they passed, results that nobody got, a heap of closings just under the limit, online dossiers handed in
// from the one-stop desk. It decides what is a sign, how many an honest office might show, and when there are too many for
// chance; it refuses to say why, and gives no points: each sign has other explanations, which stand beside it.
package integrity
