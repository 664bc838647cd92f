package secret

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kithhq/kith/internal/fault"
)

// KeyFile is the name of the master key's file in the data folder.
const KeyFile = "secret.key"

// MasterKey gives the 32 bytes that open everything: the given value
// (KITH_KEY, base64 or hex) where there is one, else the file secret.key
// in the data folder, which is made when it is missing.
func MasterKey(data string, given Text) ([]byte, error) {
	if given != "" {
		return parseMaster(given.Reveal(), "the given master key")
	}
	path := filepath.Join(data, KeyFile)
	key, err := readMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeMaster(data, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.Wrap(fault.Unavailable, err, "The master key could not be written.").
			WithHint("May this user write to the data folder?")
	}
	return readMaster(path) // what is there, even if another process was faster
}

// FindMaster gives the master key where there is one, and makes none.
func FindMaster(data string, given Text) ([]byte, error) {
	if given != "" {
		return ParseMaster(given)
	}
	key, err := readMaster(filepath.Join(data, KeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "There is no master key in %s.", data).WithHint("Is this the data folder, or is the key in KITH_KEY? Without it nothing that was sealed opens: put it back from a backup.")
	}
	return key, err
}

func readMaster(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Denied, "Others may read the master key.").WithHint("chmod 600 the file %s in the data folder.", KeyFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "The master key cannot be read.").WithHint("May this user read the file %s?", KeyFile)
	}
	return parseMaster(string(text), "the file "+KeyFile)
}

// makeMaster never overwrites, and never leaves half a key under the real name.
func makeMaster(data, path string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(data, KeyFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	var key [32]byte
	_, _ = rand.Read(key[:]) // it ends the program rather than fail
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key[:]) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncFolder(data)
}

func syncFolder(data string) error {
	dir, err := os.Open(data) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

func parseMaster(text, what string) ([]byte, error) {
	text = strings.TrimSpace(text)
	decode := base64.StdEncoding.DecodeString
	switch {
	case len(text) == 64:
		decode = hex.DecodeString
	case strings.ContainsAny(text, "-_"):
		decode = base64.URLEncoding.DecodeString
	}
	if len(text) == 43 {
		text += "="
	}
	key, err := decode(text)
	if err != nil || len(key) != 32 {
		return nil, fault.New(fault.Invalid, "%s is not 32 bytes in base64 or hex", what).WithHint("Make one with: openssl rand -base64 32")
	}
	return key, nil
}
