package clickhouse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// serverConfig keeps the engine small: no logs of its own on disk, caches that fit an office machine. Merges yield to those who
// wait for an answer; the engine itself yields to us, see engineNice. It leaves 96 MiB of the disk to others, for it does not always notice
// that a write found no room. Its one user writes backups wherever this process may. Its log comes to us as lines of JSON, see record.
const serverConfig = `<clickhouse>
  <logger>
    <console>1</console>
    <formatting>
      <type>json</type>
      <names><level>level</level><logger_name>logger</logger_name><query_id>query_id</query_id><message>message</message></names>
    </formatting>
  </logger>
  <users_config>%s</users_config>
  <max_server_memory_usage>%d</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <background_schedule_pool_size>16</background_schedule_pool_size>
  <os_threads_nice_value_merge_mutate>10</os_threads_nice_value_merge_mutate>
  <mlock_executable>false</mlock_executable>
  <storage_configuration><disks><default><keep_free_space_bytes>100663296</keep_free_space_bytes></default></disks></storage_configuration>
  <backups><allowed_path>/</allowed_path></backups>
</clickhouse>
`

// usersConfig locks the engine down: the local session, which has no password and is reachable over the port like any
// user, may do nothing but start to listen, and can't take much memory for it; the other user has a random password. The
// limits need a profile of their own, for the settings of the profile named default hold for everybody.
const usersConfig = `<clickhouse>
  <profiles>
    <default/>
    <listener>
      <max_memory_usage>67108864</max_memory_usage>
      <max_threads>1</max_threads>
      <constraints>
        <max_memory_usage><readonly/></max_memory_usage>
        <max_threads><readonly/></max_threads>
      </constraints>
    </listener>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      <profile>listener</profile>
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

func (e *engine) configFile() string { return filepath.Join(e.dir, "config", "server.xml") }

// configure writes the engine's configuration, readable by this user alone. Of the password it holds only a hash.
func (e *engine) configure() error {
	dir, err := filepath.Abs(e.dir)
	if err != nil {
		return err
	}
	e.dir = dir
	for _, sub := range []string{"config", "store"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	hash := sha256.Sum256([]byte(e.password))
	users := filepath.Join(dir, "config", "users.xml")
	if err := os.WriteFile(users, fmt.Appendf(nil, usersConfig, user, hex.EncodeToString(hash[:])), 0o600); err != nil {
		return err
	}
	return os.WriteFile(e.configFile(), fmt.Appendf(nil, serverConfig, users, e.memory), 0o600)
}

// listen makes the local session take connections and then block: the process lives as long as its one query. The driver's
// port comes last, for the words about it are the sign that all is ready.
const listen = "%sSYSTEM START LISTEN TCP; SELECT sleepEachRow(3) FROM numbers(1000000000) SETTINGS max_block_size=1, " +
	"function_sleep_max_microseconds_per_block=0 FORMAT Null"

// arguments are those of the server. Others on this machine can read them, so they hold no secret.
func (e *engine) arguments() []string {
	args := []string{
		"--config-file=" + e.configFile(),
		"--path=" + filepath.Join(e.dir, "store"),
		"--listen_host=127.0.0.1",
		fmt.Sprintf("--tcp_port=%d", e.port),
		"--log-level=information",
	}
	http := ""
	if e.http != 0 {
		args, http = append(args, fmt.Sprintf("--http_port=%d", e.http)), "SYSTEM START LISTEN HTTP; "
	}
	return append(args, "--query="+fmt.Sprintf(listen, http))
}
