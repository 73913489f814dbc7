package grafana

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/playlistv1"
)

// Files are the content of every file that is made, by its path in this folder: the dashboards, a playlist of walls, and the
// setting of the figures that they show. The error names what a dashboard asks for and there is not.
func Files() (map[string][]byte, error) {
	boards := []*board{cityBoard(), agencyBoard(), onlineBoard(), tasksBoard(), qualityBoard(), healthBoard()}
	files := map[string][]byte{}
	var shown []string
	for _, b := range boards {
		made, err := b.build()
		if err != nil {
			return nil, err
		}
		if files["boards/"+b.uid+".json"], err = written(made); err != nil {
			return nil, err
		}
		for _, id := range b.figures {
			if !slices.Contains(shown, id) {
				shown = append(shown, id)
			}
		}
	}
	var err error
	if files["playlist.json"], err = written(walls()); err != nil {
		return nil, err
	}
	slices.Sort(shown)
	files["tiendo.yaml"] = []byte("# What Tiendo must show for these dashboards: tiendo serve --config tiendo.yaml, or these lines in yours.\n" +
		"# Made by go generate ./dashboards/...\nmetrics:\n  figures:\n    - " + strings.Join(append([]string{"leadership"}, shown...), "\n    - ") + "\n  periods: [mtd, ytd]\n")
	return files, nil
}

// playlist is what Grafana's POST /api/playlists takes.
type playlist struct {
	Name     string            `json:"name"`
	Interval string            `json:"interval"`
	Items    []playlistv1.Item `json:"items"`
}

// walls is what a wall goes through when nobody touches it.
func walls() playlist {
	p := playlist{Name: "Tiendo", Interval: "1m"}
	for _, uid := range []string{cityUID, onlineUID, tasksUID, qualityUID} {
		p.Items = append(p.Items, playlistv1.Item{Type: playlistv1.PlaylistItemTypeDashboardByUid, Value: uid})
	}
	return p
}

// written is a value as a file of JSON that people can read: "a > b" stays that, for no browser takes it for a tag.
func written(v any) ([]byte, error) {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a dashboard: %w", err)
	}
	for escaped, plain := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		raw = bytes.ReplaceAll(raw, []byte(escaped), []byte(plain))
	}
	return append(raw, '\n'), nil
}
