package main

import (
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// asInImage are the files that the server's image comes with, as far as ours change them.
var asInImage = map[string]string{
	"config.xml": `<clickhouse>
  <logger><level>trace</level><log>/nowhere/server.log</log><errorlog>/nowhere/server.err.log</errorlog></logger>
  <mysql_port>9004</mysql_port>
  <postgresql_port>9005</postgresql_port>
  <query_log><database>system</database><table>query_log</table></query_log>
  <users_config>users.xml</users_config>
</clickhouse>`,
	"users.xml": `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users><default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota><access_management>1</access_management></default></users>
</clickhouse>`,
	// The embedded engine is a session of its own before it listens. It comes last, so it shows too that ours took away the
	// user that comes with the image: a user that is there twice would keep the rights of the first.
	"users.d/zz-session.xml": `<clickhouse><users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
  <grants><query>GRANT SYSTEM LISTEN ON *.*</query><query>GRANT CREATE TEMPORARY TABLE ON *.*</query></grants></default></users></clickhouse>`,
}

// composedEngine starts the embedded engine with the files that docker-compose.yml mounts into ClickHouse, and returns its
// address and the file with the password of Tiendo's user.
func composedEngine(t *testing.T, s composedService, dir string) (address, password string) {
	t.Helper()
	cmd := exec.Command("/bin/sh", filepath.Join(top(t), "deploy", "secrets"))
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	store := filepath.Join(dir, "store")
	for _, sub := range []string{"etc/config.d", "etc/users.d", "store"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range asInImage {
		write(t, filepath.Join(dir, "etc"), name, text)
	}
	mounted := 0
	for _, m := range s.mounts(t) {
		name, ours := strings.CutPrefix(m.to, "/etc/clickhouse-server/")
		if !ours {
			continue
		}
		mounted++
		raw, err := os.ReadFile(m.from)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("/run/secrets/", filepath.Join(dir, "secrets")+"/", "/var/lib/clickhouse/", store+"/").Replace(string(raw))
		write(t, filepath.Join(dir, "etc"), name, text)
	}
	if mounted != 2 {
		t.Fatalf("%d files are mounted", mounted)
	}
	library, err := enginetest.Library()
	if err != nil {
		t.Fatal(err)
	}
	address = freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "engine", library, "--config-file="+filepath.Join(dir, "etc", "config.xml"), "--path="+store, "--listen_host=127.0.0.1", "--tcp_port="+port, "--log-level=error",
		"--query=SYSTEM START LISTEN TCP; SELECT sleepEachRow(3) FROM numbers(1000000000) SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0 FORMAT Null")
	log, err := os.Create(filepath.Join(dir, "engine.log"))
	if err != nil {
		t.Fatal(err)
	}
	child.Stdout, child.Stderr = log, log
	if _, err := child.StdinPipe(); err != nil { // its end ends the engine
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
		_ = log.Close()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("the engine said:\n%s", said[max(0, len(said)-4000):])
		}
	})
	eventually(t, "the engine listens", func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return address, filepath.Join(dir, "secrets", "clickhouse_password")
}

// TestComposedEngine runs the whole of docker-compose.yml that can be run without containers: ClickHouse with the mounted
// files, as far as the embedded engine reads them, and on it the server with the composed settings; then the tokens are made
// by the composed script, Prometheus' answers, and a history is sent, checked and made again with the rights that were granted.
func TestComposedEngine(t *testing.T) {
	t.Parallel()
	c := compose(t)
	dir := t.TempDir()
	address, password := composedEngine(t, c.Services["clickhouse"], dir)
	secret, err := os.ReadFile(password)
	if err != nil {
		t.Fatal(err)
	}

	s := newServer(t)
	composedSetting := func(key string) string { return fmt.Sprint(c.Services["tiendo"].Environment[key]) }
	dsn := strings.Replace(composedSetting("TIENDO_CLICKHOUSE"), "clickhouse:9000", address, 1)
	s.flags = []string{"--config", write(t, dir, "tiendo.yaml", "clickhouse: "+dsn+"\nclickhouse_password_file: "+password+"\nauth: {read: "+composedSetting("TIENDO_AUTH_READ")+"}\n")}
	s.start()
	s.ready()
	if code, out, errs := tiendo(t, dir, "ready", "--server", *s.url.Load()); code != 0 || out != "ready\n" {
		t.Errorf("the probe: %d %s%s", code, out, errs)
	}

	moved(t, s, filepath.Join(dir, "store", "backups"))

	tokens := filepath.Join(dir, "tokens")
	if err := os.Mkdir(tokens, 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time makes none
		script := exec.Command("/bin/sh", filepath.Join(top(t), "deploy", "tokens"), tokens)
		script.Env = append(os.Environ(), "TIENDO_SERVER="+*s.url.Load(), "TIENDO_DATA="+s.data)
		if said, err := script.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	if code, out, errs := tiendo(t, dir, "token", "list", "--server", *s.url.Load(), "--data", s.data); code != 0 || strings.Count(out, "valid") != 3 {
		t.Errorf("tokens: %d %s%s", code, out, errs)
	}
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, *s.url.Load()+"/metrics", nil)
	token, err := os.ReadFile(filepath.Join(tokens, "prometheus"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	if answer, err := http.DefaultClient.Do(request); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("what Prometheus gets: %v, %v", answer, err)
	} else {
		answer.Body.Close()
	}

	// As the simulator does, but for going on.
	from := time.Now().AddDate(0, 0, -6).Format(time.DateOnly)
	argv := slices.DeleteFunc(words(t, c.Services["simulator"].Command), func(word string) bool { return word == "--live" })
	argv[slices.Index(argv, "--from")+1] = from
	argv = append(argv, "--dossiers-per-day", "20", "--server", *s.url.Load(), "--token-file", filepath.Join(tokens, "simulator"))
	if code, out, errs := tiendo(t, dir, argv...); code != 0 {
		t.Fatalf("%v: %d %s%s", argv, code, out, errs)
	}
	eventually(t, "all is in the figures", func() bool {
		_, text := s.get("/metrics")
		return sample(text, "tiendo_freshness_seconds") == "0" && sample(text, "tiendo_log_entries") == "0"
	})
	for _, what := range []string{"check", "rebuild", "check"} {
		code, out, errs := tiendo(t, dir, what, "--server", *s.url.Load(), "--data", s.data)
		if code != 0 || !regexp.MustCompile(`[1-9]\d* cases of [1-9]\d{2,} events`).MatchString(out) {
			t.Errorf("%s: %d %s%s", what, code, out, errs)
		}
	}
	code, out, errs := tiendo(t, dir, "backup", filepath.Join(dir, "second"), "--server", *s.url.Load(), "--data", s.data)
	if _, name, told := strings.Cut(out, "as tiendo-"); code != 0 || !told {
		t.Errorf("backup: %d %s%s", code, out, errs)
	} else if parts, err := os.ReadDir(filepath.Join(dir, "store", "backups", "tiendo-"+name[:16])); err != nil || len(parts) != 3 {
		t.Errorf("the engine's part: %v, %v", parts, err)
	}
	notGranted(t, address, strings.TrimSpace(string(secret)))
}

// moved moves a city from the embedded engine to the server, by the commands of docs/operations.md: its figures are there what
// they were here.
func moved(t *testing.T, to *server, backups string) {
	t.Helper()
	here := newServer(t)
	here.start()
	here.ready()
	at := func(s *server, args ...string) string {
		t.Helper()
		code, out, errs := tiendo(t, s.dir, append(args, "--server", *s.url.Load(), "--data", s.data)...)
		if code != 0 {
			t.Fatalf("%v: %d %s%s; %s", args, code, out, errs, s.log())
		}
		return out
	}
	at(here, "simulate", "--seed", "3", "--from", time.Now().AddDate(0, 0, -8).Format(time.DateOnly), "--to", "2100-01-01", "--dossiers-per-day", "20", "--to-server")
	at(here, "token", "create", "--name", "reader", "--scope", "read")
	settled(t, here)
	want := telling(t, shownFigures(t, here))
	dir := filepath.Join(here.dir, "backup")
	id := regexp.MustCompile(`Backup (\S+) is`).FindStringSubmatch(at(here, "backup", dir))[1]
	if err := os.MkdirAll(backups, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(backups, "tiendo-"+id), os.DirFS(filepath.Join(dir, "engine"))); err != nil {
		t.Fatal(err)
	}
	if out := at(to, "restore", dir); !strings.Contains(out, id+" is restored") {
		t.Errorf("restore: %s", out)
	}
	eventually(t, "the figures are those of the embedded engine", func() bool { return reflect.DeepEqual(shownFigures(t, to), want) })
}

// notGranted: Tiendo's user owns its database and nothing else.
func notGranted(t *testing.T, address, password string) {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{address}, Auth: clickhouse.Auth{Database: "tiendo", Username: "tiendo", Password: password}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range []string{
		"CREATE USER mallory", "GRANT ALL ON *.* TO tiendo", "CREATE DATABASE other", "CREATE TABLE default.mine (a Int8) ENGINE = Memory",
		"SELECT * FROM file('/etc/passwd', 'LineAsString')", "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", "SELECT * FROM remote('127.0.0.1:1', system.one)",
		"SELECT name FROM system.users", "SYSTEM SHUTDOWN", "SYSTEM KILL",
	} {
		if err := conn.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "Not enough privileges") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	// Nothing of the engine's own was left switched on.
	if tables := texts(t, conn, "SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"); len(tables) > 0 {
		t.Errorf("tables about itself: %v", tables)
	}
}

func texts(t *testing.T, conn driver.Conn, query string) (all []string) {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}

// TestComposedFilesAreXML: a server reads them before it says anything.
func TestComposedFilesAreXML(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(top(t), "deploy", "clickhouse", "*", "*.xml"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(raw, new(struct{})); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
