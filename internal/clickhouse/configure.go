package clickhouse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// serverConfig keeps the engine small: no logs of its own on disk, caches that fit an office machine.
const serverConfig = `<clickhouse>
  <logger><level>warning</level><console>1</console></logger>
  <users_config>%s</users_config>
  <max_server_memory_usage>%d</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <background_schedule_pool_size>16</background_schedule_pool_size>
  <mlock_executable>false</mlock_executable>
  <tmp_path>%s/</tmp_path>
</clickhouse>
`

// usersConfig locks the engine down: the local session, which has no password and is reachable over the port like any
// user, may do nothing but start to listen; the other user has a random password.
const usersConfig = `<clickhouse>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
  <users>
    <default>
      <password></password>
      <profile>default</profile>
      <quota>default</quota>
      <networks><ip>127.0.0.1</ip></networks>
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT CREATE TEMPORARY TABLE ON *.*</query>
      </grants>
    </default>
    <%[1]s>
      <password_sha256_hex>%[2]s</password_sha256_hex>
      <profile>default</profile>
      <quota>default</quota>
      <networks><ip>127.0.0.1</ip></networks>
      <grants><query>GRANT ALL ON *.*</query></grants>
    </%[1]s>
  </users>
</clickhouse>
`

func (e *engine) configFile() string { return filepath.Join(e.Dir, "config", "server.xml") }

// configure writes the engine's configuration, readable by this user alone.
func (e *engine) configure() error {
	dir, err := filepath.Abs(e.Dir)
	if err != nil {
		return err
	}
	e.Dir = dir
	for _, sub := range []string{"config", "store", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	hash := sha256.Sum256([]byte(e.password))
	users := filepath.Join(dir, "config", "users.xml")
	if err := os.WriteFile(users, fmt.Appendf(nil, usersConfig, user, hex.EncodeToString(hash[:])), 0o600); err != nil {
		return err
	}
	return os.WriteFile(e.configFile(), fmt.Appendf(nil, serverConfig, users, e.Memory, filepath.Join(dir, "tmp")), 0o600)
}

// listen makes the local session take connections and then block: the process lives as long as its one query.
const listen = "SYSTEM START LISTEN TCP; %sSELECT sleepEachRow(3) FROM numbers(1000000000) SETTINGS max_block_size=1, " +
	"function_sleep_max_microseconds_per_block=0 FORMAT Null"

func (e *engine) arguments() []string {
	args := []string{
		e.library,
		"--config-file=" + e.configFile(),
		"--path=" + filepath.Join(e.Dir, "store"),
		"--listen_host=127.0.0.1",
		fmt.Sprintf("--tcp_port=%d", e.port),
		"--log-level=warning",
	}
	http := ""
	if e.http != 0 {
		args, http = append(args, fmt.Sprintf("--http_port=%d", e.http)), "SYSTEM START LISTEN HTTP; "
	}
	return append(args, "--query="+fmt.Sprintf(listen, http))
}
