package register

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Store keeps the registers in the table of that name. It is safe for concurrent use, also by several processes.
type Store struct {
	Conn driver.Conn
	// Zone is the city's.
	Zone *time.Location
	// Figures says which figures targets may name.
	Figures Figures
}

// Load reads the registers.
func (s *Store) Load(ctx context.Context) (*Registers, error) {
	return s.Refresh(ctx, Empty(s.Zone, s.Figures))
}

// Refresh returns r with what was loaded since; r itself if nothing was. It costs one small query, so that it can be asked
// every few seconds.
func (s *Store) Refresh(ctx context.Context, r *Registers) (*Registers, error) {
	rows, err := s.Conn.Query(ctx, `SELECT version, kind, recorded, sha256, content FROM registers
		WHERE version > {known:UInt64} ORDER BY version`, clickhouse.Named("known", fmt.Sprint(r.Version())))
	if err != nil {
		return nil, fmt.Errorf("read the registers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			load    Load
			kind    string
			content string
		)
		if err := rows.Scan(&load.Version, &kind, &load.Recorded, &load.SHA256, &content); err != nil {
			return nil, fmt.Errorf("read the registers: %w", err)
		}
		if load.Version != r.Version()+1 || load.SHA256 != sum([]byte(content)) {
			return nil, fmt.Errorf("read the registers: version %d %w, or one before it is missing: restore a backup", load.Version, ErrUnlike)
		}
		if r, err = r.with(Kind(kind), []byte(content), load.Recorded, false); err != nil {
			return nil, fmt.Errorf("read the registers: version %d %w for this program: %w; start the tiendo that loaded it", load.Version, ErrUnlike, err)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the registers: %w", err)
	}
	return r, nil
}

// ErrUnlike is that a version of the registers in the engine is not what was loaded, while the engine itself answers.
var ErrUnlike = errors.New("is not as it was written")

// attempts is how often a load tries again because another came first.
const attempts = 20

// Append loads a file as a new version, recorded at now or, if another was recorded then, right after it. who is the name of
// the token that asked. It returns the registers after it; content that would change nothing adds no version. The error of a
// file that does not hold together is a [*Refusal].
func (s *Store) Append(ctx context.Context, kind Kind, content []byte, who string, now time.Time) (*Registers, error) {
	r, err := s.Load(ctx)
	if err != nil {
		return nil, err
	}
	swallowed := 0 // inserts of the next version that the engine took and does not show
	for range attempts {
		recorded := now.UTC().Truncate(time.Millisecond)
		if n := len(r.loads); n > 0 && !recorded.After(r.loads[n-1].Recorded) {
			recorded = r.loads[n-1].Recorded.Add(time.Millisecond)
		}
		next, err := r.With(kind, content, recorded)
		if err != nil || next == r {
			return next, err
		}
		load := next.loads[len(next.loads)-1]
		if err := s.insert(ctx, load, content, who, swallowed); err != nil {
			return nil, fmt.Errorf("write version %d of the registers: %w", load.Version, err)
		}
		// The engine takes the first insert of a number; which one that was is read back.
		if r, err = s.Refresh(ctx, r); err != nil {
			return nil, err
		}
		if r.Version() < load.Version {
			swallowed++ // a kill between an insert's token and its rows has left the token: the same goes under another
			continue
		}
		if r.loads[load.Version-1] == load {
			return r, nil
		}
		swallowed = 0
	}
	return nil, fmt.Errorf("load %s: others loaded registers %d times meanwhile; try again", kind, attempts)
}

func (s *Store) insert(ctx context.Context, load Load, content []byte, who string, swallowed int) error {
	token := fmt.Sprintf("register-%d", load.Version)
	if swallowed > 0 {
		token += fmt.Sprintf("-%d", swallowed)
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"insert_deduplicate":         1,
		"insert_deduplication_token": token,
		"async_insert":               0,
	}))
	batch, err := s.Conn.PrepareBatch(ctx, "INSERT INTO registers (version, kind, recorded, sha256, content, who)")
	if err != nil {
		return err
	}
	defer batch.Close()
	if err := batch.Append(load.Version, string(load.Kind), load.Recorded, load.SHA256, string(content), who); err != nil {
		return err
	}
	return batch.Send()
}
