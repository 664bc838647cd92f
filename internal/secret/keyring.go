package secret

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/store"
)

// Keyring seals texts for the database and opens them again. It may be used by
// many goroutines.
type Keyring struct {
	db      *store.DB
	mu      sync.RWMutex
	master  cipher.AEAD
	keys    map[string]cipher.AEAD
	current string
}

// Open reads the data keys with a master key and makes the first one if there
// is none.
func Open(ctx context.Context, db *store.DB, masterKey []byte) (*Keyring, error) {
	master, err := newAEAD(masterKey)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The master key is not 32 bytes long.")
	}
	k := &Keyring{db: db, master: master}
	err = store.Do(ctx, db, func(ctx context.Context, tx *store.Tx) error {
		n, err := store.One[int](ctx, tx, "select count(*) from secret_key")
		if err != nil || n > 0 {
			return err
		}
		_, _, err = k.insert(ctx, tx)
		return err
	})
	if err == nil {
		err = k.load(ctx)
	}
	return k, err
}

// Look opens what was sealed, and makes nothing: for whoever only looks.
func Look(ctx context.Context, db *store.DB, masterKey []byte) (*Keyring, error) {
	master, err := newAEAD(masterKey)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The master key is not 32 bytes long.")
	}
	k := &Keyring{db: db, master: master}
	return k, k.load(ctx)
}

func (k *Keyring) load(ctx context.Context) error {
	return store.View(ctx, k.db, func(ctx context.Context, tx *store.Tx) error {
		type row struct {
			ID, Wrapped string
			Retired     time.Time
		}
		rows, err := store.All[row](ctx, tx, "select id, wrapped, retired_at from secret_key order by created_at, id")
		if err != nil {
			return err
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		keys, current := map[string]cipher.AEAD{}, ""
		for _, r := range rows {
			plain, err := open(k.master, r.ID, "secret_key", r.Wrapped)
			if err != nil {
				return fault.Wrap(fault.Denied, err, "The master key does not open the keys in the database.").
					WithHint("Put back the file %s (or KITH_KEY) that belongs to this database. If kith rotate was interrupted, run it again.", KeyFile)
			}
			if keys[r.ID], err = newAEAD(plain); err != nil {
				return fault.Wrap(fault.Internal, err, "a data key has the wrong length")
			}
			if r.Retired.IsZero() {
				current = r.ID
			}
		}
		k.keys, k.current = keys, current
		return nil
	})
}

func (k *Keyring) insert(ctx context.Context, tx *store.Tx) (string, cipher.AEAD, error) {
	key := make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(key) // it ends the program rather than fail
	aead, err := newAEAD(key)
	if err != nil {
		return "", nil, err
	}
	name := id.New()
	_, err = tx.Exec(ctx, "insert into secret_key (id, wrapped, created_at) values ($1, $2, $3)",
		name, seal(k.master, name, "secret_key", key), tx.Now)
	return name, aead, err
}

// Rotate makes a new data key for everything sealed from the commit on.
func (k *Keyring) Rotate(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, "update secret_key set retired_at = $1 where retired_at is null", tx.Now); err != nil {
		return err
	}
	name, aead, err := k.insert(ctx, tx)
	tx.AfterCommit(func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.keys[name], k.current = aead, name
	})
	return err
}

// Rewrap seals every data key with another master key. From the commit on only
// that one opens the database.
func (k *Keyring) Rewrap(ctx context.Context, tx *store.Tx, masterKey []byte) error {
	master, err := newAEAD(masterKey)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The master key is not 32 bytes long.")
	}
	type row struct{ ID, Wrapped string }
	rows, err := store.All[row](ctx, tx, "select id, wrapped from secret_key")
	if err != nil {
		return err
	}
	for _, r := range rows {
		k.mu.RLock()
		plain, err := open(k.master, r.ID, "secret_key", r.Wrapped)
		k.mu.RUnlock()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update secret_key set wrapped = $1 where id = $2", seal(master, r.ID, "secret_key", plain), r.ID); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.master = master
	})
	return nil
}

// Seal makes a text unreadable without the keyring and binds it to a row, named
// as "table/column/id".
func (k *Keyring) Seal(row string, plain Text) (string, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	aead, found := k.keys[k.current]
	if !found {
		return "", fault.New(fault.Internal, "the keyring holds no key in use")
	}
	return seal(aead, k.current, row, []byte(plain)), nil
}

// Open gives back what was sealed for the same row.
func (k *Keyring) Open(row, sealed string) (Text, error) {
	name, err := keyOf(sealed)
	if err != nil {
		return "", err
	}
	aead, err := k.key(name)
	if err != nil {
		return "", err
	}
	plain, err := open(aead, name, row, sealed)
	return Text(plain), err
}

// Reseal brings a sealed text to the key in use; changed is false when it is
// there already.
func (k *Keyring) Reseal(row, sealed string) (again string, changed bool, err error) {
	name, err := keyOf(sealed)
	k.mu.RLock()
	current := k.current
	k.mu.RUnlock()
	if err != nil || name == current {
		return sealed, false, err
	}
	plain, err := k.Open(row, sealed)
	if err != nil {
		return sealed, false, err
	}
	again, err = k.Seal(row, plain)
	return again, err == nil, err
}

// key finds a data key; one that is unknown here may have been made by another
// process since.
func (k *Keyring) key(name string) (cipher.AEAD, error) {
	get := func() (cipher.AEAD, bool) {
		k.mu.RLock()
		defer k.mu.RUnlock()
		aead, found := k.keys[name]
		return aead, found
	}
	if aead, found := get(); found {
		return aead, nil
	}
	// The caller may be in a transaction; this looks beside it, on purpose.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := k.load(ctx); err != nil {
		return nil, err
	}
	if aead, found := get(); found {
		return aead, nil
	}
	return nil, fault.New(fault.Internal, "a sealed text names a key that does not exist")
}

const form = "k1"

// newAEAD is XChaCha20-Poly1305: its nonces are long enough to be random.
func newAEAD(key []byte) (cipher.AEAD, error) { return chacha20poly1305.NewX(key) }

func seal(aead cipher.AEAD, key, row string, plain []byte) string {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	_, _ = rand.Read(nonce) // it ends the program rather than fail
	box := aead.Seal(nonce, nonce, plain, bound(key, row))
	return form + "." + key + "." + base64.RawURLEncoding.EncodeToString(box)
}

func open(aead cipher.AEAD, key, row, sealed string) ([]byte, error) {
	name, err := keyOf(sealed)
	if err != nil || name != key {
		return nil, damaged()
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(sealed[len(form)+len(key)+2:])
	if err != nil || len(box) < aead.NonceSize() {
		return nil, damaged()
	}
	plain, err := aead.Open(nil, box[:aead.NonceSize()], box[aead.NonceSize():], bound(key, row))
	if err != nil {
		return nil, damaged()
	}
	return plain, nil
}

// keyOf reads the name of the data key.
func keyOf(sealed string) (string, error) {
	part := strings.Split(sealed, ".")
	if len(part) != 3 || part[0] != form || !id.Valid(part[1]) {
		return "", damaged()
	}
	return part[1], nil
}

func bound(key, row string) []byte { return []byte(form + "\x00" + key + "\x00" + row) }

func damaged() error {
	return fault.New(fault.Internal, "a sealed text is damaged, or belongs to another row")
}
