package dashboards

import (
	"bytes"
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
	"sync"

	"github.com/klauspost/compress/gzip"
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
		a.add(base, content)
		return nil
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
		a.add(base, []byte(content))
	}
	return a, nil
}

func (a *assets) add(base string, content []byte) {
	sum := sha256.Sum256(content)
	ext := path.Ext(base)
	name := strings.TrimSuffix(base, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
	packed := tight.pack(content)
	if len(packed)*10 > len(content)*9 { // fonts are compressed already
		packed = nil
	}
	a.names[base], a.served[name] = name, asset{kind: kinds[ext], plain: content, packed: packed}
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

// packers pack what is served: a file once and for ever, so that it may take long; what is made anew quickly. They are used again, for one takes
// a megabyte of memory.
type packers struct{ sync.Pool }

func newPackers(level int) *packers {
	return &packers{sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(nil, level)
		if err != nil {
			panic(fmt.Sprintf("BUG: no packing of level %d: %v", level, err))
		}
		return z
	}}}
}

var quick, tight = newPackers(gzip.BestSpeed), newPackers(gzip.BestCompression)

// pack packs some bytes, into no more memory than they take then.
func (p *packers) pack(content []byte) []byte {
	z := p.Get().(*gzip.Writer)
	defer p.Put(z)
	var b bytes.Buffer // takes all that is written
	z.Reset(&b)
	_, _ = z.Write(content)
	_ = z.Close()
	return bytes.Clone(b.Bytes())
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
