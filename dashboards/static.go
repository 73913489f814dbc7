package dashboards

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

//go:embed static
var embedded embed.FS

// assets are the static files, each under a name that holds its hash, so that a browser may keep it for good.
type assets struct {
	// names are the served names by the plain ones, such as "app.css": "app-1f2e3d4c5b6a.css".
	names  map[string]string
	served map[string]asset
}

type asset struct {
	kind string
	// plain and packed are the file as it is, and as gzip; packed is nil where that is not smaller.
	plain, packed []byte
}

// served kinds of files. Go's table of media types depends on the machine's.
var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2",
}

// newAssets reads the static files of a tree: those of static, and what npm has brought to static/npm.
func newAssets(tree fs.FS) (*assets, error) {
	a := &assets{names: map[string]string{}, served: map[string]asset{}}
	var sheets []string
	raw := map[string][]byte{}
	err := fs.WalkDir(tree, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || kinds[path.Ext(name)] == "" {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		base := path.Base(name)
		if _, twice := raw[base]; twice {
			return fmt.Errorf("two static files are called %s", base)
		}
		raw[base] = content
		if path.Ext(name) == ".css" {
			sheets = append(sheets, base)
			return nil
		}
		return a.add(base, content)
	})
	if err != nil {
		return nil, fmt.Errorf("read the static files: %w", err)
	}
	// Style sheets come last: they name other files by their served names.
	for _, base := range sheets {
		content := string(raw[base])
		for plain, name := range a.names {
			content = strings.ReplaceAll(content, "url(\""+plain+"\")", "url(\"/static/"+name+"\")")
		}
		if err := a.add(base, []byte(content)); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *assets) add(base string, content []byte) error {
	sum := sha256.Sum256(content)
	ext := path.Ext(base)
	name := strings.TrimSuffix(base, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
	packed, err := pack(content, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("compress %s: %w", base, err)
	}
	if len(packed)*10 > len(content)*9 { // fonts are compressed already
		packed = nil
	}
	a.names[base], a.served[name] = name, asset{kind: kinds[ext], plain: content, packed: packed}
	return nil
}

// path is the address of a static file, "" if the program was built without it.
func (a *assets) path(base string) string {
	if name, ok := a.names[base]; ok {
		return "/static/" + name
	}
	return ""
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	file, ok := a.served[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	body := file.plain
	if file.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = file.packed
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func pack(content []byte, level int) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// acceptsGzip reads Accept-Encoding: gzip, unless it is named with a weight of 0.
func acceptsGzip(r *http.Request) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(one), ";")
		if _, weight, err := mime.ParseMediaType("x/x;" + params); strings.EqualFold(strings.TrimSpace(name), "gzip") && err == nil {
			return !slices.Contains([]string{"0", "0.0", "0.00", "0.000"}, weight["q"])
		}
	}
	return false
}
