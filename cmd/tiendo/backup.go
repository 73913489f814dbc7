package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"time"
)

type backupCmd struct {
	Dir    string `arg:"" placeholder:"DIR" help:"The folder to copy into, on the server's machine; a new one for each backup."`
	Client client `embed:""`
}

// madeBackup is what the server says of a backup.
type madeBackup struct {
	ID     string `json:"id"`
	Events uint64 `json:"events"`
	Files  int    `json:"files"`
	Apart  string `json:"apart"`
}

func (c *backupCmd) Run(ctx context.Context, std *streams) error {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return misuse(err)
	}
	var made *madeBackup
	progress := newProgress(std.err)
	defer progress.close()
	type copied struct {
		lineError
		Says string      `json:"says"`
		Done *madeBackup `json:"done"`
	}
	err = readLines(ctx, &c.Client, "/v1/backup", url.Values{"to": {dir}}, func(line *copied) {
		made = line.Done
		progress.say("copying " + line.Says)
	})
	if err == nil && made == nil {
		err = unreachable(errors.New("the server ended before it was done; look at its log, remove the folder, and try again"))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Backup %s is in %s: %d events or more, and %d files.\n", made.ID, dir, made.Events, made.Files)
	if made.Apart != "" {
		fmt.Fprintf(std.out, "The engine's part is on the ClickHouse server, in its folder for backups, as %s: keep both.\n", made.Apart)
	}
	return nil
}

type restoreCmd struct {
	Dir    string `arg:"" placeholder:"DIR" help:"The backup's folder, on the server's machine."`
	Client client `embed:""`
}

// away is how long a server may take to stop and begin again before it is taken for lost: it copies all of the backup meanwhile.
const away = 6 * time.Hour

func (c *restoreCmd) Run(ctx context.Context, std *streams) error {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return misuse(err)
	}
	answer, err := c.Client.ask(ctx, http.MethodPost, "/v1/restore", url.Values{"from": {dir}}, nil)
	if err != nil {
		return err
	}
	type told struct {
		ID       string `json:"id"`
		Events   uint64 `json:"events"`
		Restored string `json:"restored"`
	}
	asked, err := readAnswer[told](&c.Client, answer)
	if err != nil {
		return err
	}
	progress := newProgress(std.err)
	defer progress.close()
	for begun := time.Now(); time.Since(begun) < away; {
		if ended(ctx, 200*time.Millisecond) {
			return errors.New("not waited for; the server goes on restoring, and its log says how that ends")
		}
		says := fmt.Sprintf("the server restores the backup, for %s now", time.Since(begun).Round(time.Second))
		if time.Since(begun) > time.Minute {
			says += "; if it does not run any more, its log says why, and nobody need wait here"
		}
		progress.say(says)
		if answer, err := c.Client.get(ctx, "/readyz", nil); err == nil {
			if now, err := readAnswer[told](&c.Client, answer); err == nil && now.Restored == asked.ID {
				fmt.Fprintf(std.out, "Backup %s is restored: %d events or more. Tokens are those of the backup.\n", asked.ID, asked.Events)
				return nil
			}
		}
	}
	return unreachable(errors.New("the server has not come back; look at its log"))
}
