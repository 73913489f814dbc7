// Package house holds the rules of the house as tests: which package may import which, that every package says what it
// is for, that the docs say what the code does and that nothing served asks another host. It holds nothing else.
package house
