// Package media keeps uploaded images and videos, and the sounds and documents that
// answers carry: the bytes in the blob store, what is known of them in the database.
// The type is read from the bytes, never from a name; where and when a photo was
// taken, and where and by whom a film was, is removed before they are kept.
package media

import (
	"context"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
)

// Media is one file.
type Media struct {
	ID        string
	Workspace string
	Name      string // as its owner called it; shown, never used as a path
	Type      string
	Bytes     int64
	Width     int
	Height    int
	Alt       string
	Key       string // in the blob store
	Digest    string // SHA-256 of the bytes as kept
	CreatedBy string
	CreatedAt time.Time
	Millis    int64 // how long a video lasts; 0: an image, or not known
}

const columns = "id, workspace, name, type, bytes, width, height, alt, blob, digest, created_by, created_at, millis"

// Keep records a file that Take has stored.
func Keep(ctx context.Context, tx *store.Tx, actor access.Actor, f File, name, alt string) (Media, error) {
	m := Media{f.ID, actor.Workspace, called(name), f.Type, f.Bytes, f.Width, f.Height, strings.TrimSpace(alt), f.Key, f.Digest, actor.User, tx.Now, f.Millis}
	_, err := tx.Exec(ctx, "insert into media ("+columns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		m.ID, m.Workspace, m.Name, m.Type, m.Bytes, m.Width, m.Height, m.Alt, m.Key, m.Digest, m.CreatedBy, m.CreatedAt, m.Millis)
	return m, err
}

// Get gives a file of a workspace.
func Get(ctx context.Context, tx *store.Tx, workspace, mediaID string) (Media, error) {
	m, err := store.One[Media](ctx, tx, "select "+columns+" from media where workspace = $1 and id = $2", workspace, mediaID)
	if fault.Is(err, fault.NotFound) {
		return m, fault.New(fault.NotFound, "There is no such file.")
	}
	return m, err
}

// Describe says what a file shows, for people who cannot see it.
func Describe(ctx context.Context, tx *store.Tx, workspace, mediaID, alt string) (Media, error) {
	m, err := Get(ctx, tx, workspace, mediaID)
	if err != nil {
		return m, err
	}
	m.Alt = strings.TrimSpace(alt)
	_, err = tx.Exec(ctx, "update media set alt = $1 where workspace = $2 and id = $3", m.Alt, workspace, mediaID)
	return m, err
}

// called is a name that is safe to show and to offer for saving.
func called(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '"' {
			return -1
		}
		return r
	}, name)
	for utf8.RuneCountInString(name) > 100 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	if name == "" || name == "." || name == "/" {
		return "image"
	}
	return name
}
