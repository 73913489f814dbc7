package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// acceptanceFamilies are the families of cases that the figures cover.
const acceptanceFamilies = "dossier,task,petition,finding"

// clean is what the comparison says when it has compared enough and found nothing.
var clean = regexp.MustCompile(`: [1-9]\d{3,} events, [1-9]\d{2,} questions, 0 differences\n$`)

// TestAcceptance posts cities of an independent generator to empty servers and has every figure compared with what an
// independent reading of the contract makes of them. It belongs to nobody here and is no part of this repository.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "acceptance"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "compare.py")); err != nil {
		t.Skipf("the independent acceptance comparison is not here: %v", err)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("the acceptance comparison needs python3: %v", err)
	}
	seeds := 3
	if testing.Short() {
		seeds = 1
	}
	// All at once, for a comparison waits for its server and sleeps for much of its time.
	var running []func(*testing.T)
	for seed := 1; seed <= seeds; seed++ {
		s := newServer(t)
		s.start()
		s.ready()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		compare := exec.CommandContext(ctx, python, "compare.py", *s.url.Load(), filepath.Join(s.data, "admin.token"), fmt.Sprint(seed))
		compare.Dir = folder
		compare.Env = append(os.Environ(), "FAMILIES="+acceptanceFamilies, "PYTHONDONTWRITEBYTECODE=1")
		said := new(bytes.Buffer)
		compare.Stdout, compare.Stderr = said, said
		if err := compare.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, func(t *testing.T) {
			if err := compare.Wait(); err != nil || !clean.Match(said.Bytes()) {
				t.Errorf("%v\n%s", err, said)
			}
			t.Logf("%s", said)
			s.stop()
		})
	}
	for i, wait := range running {
		t.Run(fmt.Sprint("seed", i+1), wait)
	}
}
