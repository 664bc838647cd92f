package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/kithhq/kith/internal/fault"
)

// OWASP's second argon2id setting: 19 MiB, two passes, one thread.
const (
	memory  = 19 * 1024
	passes  = 2
	threads = 1
	saltLen = 16
	hashLen = 32
)

// A hash costs 19 MiB and a core, both of which belong to the whole process: so
// many at once, the others wait. A crowd of sign-ins is slow, not fatal.
var slots = make(chan struct{}, min(runtime.NumCPU(), 8)) //nolint:gochecknoglobals // bounds what is the process's own

type phc struct {
	memory, passes uint32
	threads        uint8
	salt, hash     []byte
}

// HashPassword gives the PHC text ($argon2id$…) to store for a password.
func HashPassword(ctx context.Context, password Text) (string, error) {
	p := phc{memory: memory, passes: passes, threads: threads, salt: make([]byte, saltLen), hash: make([]byte, hashLen)}
	_, _ = rand.Read(p.salt) // it ends the program rather than fail
	hash, err := p.derive(ctx, password)
	p.hash = hash
	return p.String(), err
}

// CheckPassword says whether a password fits a stored PHC text. An empty stored
// text means that there is no such person: it costs as much time as a wrong
// password, so that nobody learns who is here.
func CheckPassword(ctx context.Context, password Text, stored string) (bool, error) {
	p := phc{memory: memory, passes: passes, threads: threads, salt: make([]byte, saltLen), hash: make([]byte, hashLen)}
	if stored != "" {
		var err error
		if p, err = parsePHC(stored); err != nil {
			return false, err
		}
	}
	hash, err := p.derive(ctx, password)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(hash, p.hash) == 1 && stored != "", nil
}

func (p phc) derive(ctx context.Context, password Text) ([]byte, error) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, ctx.Err(), "Too many sign in at once.").WithHint("Try again in a moment.")
	}
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.hash))), nil
}

// String writes the PHC form.
func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.threads,
		b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

// parsePHC reads exactly the form that String writes. Parameters are bounded,
// so that a damaged row cannot ask for all memory.
func parsePHC(s string) (phc, error) {
	bad := fault.New(fault.Internal, "a stored password hash is damaged")
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, bad
	}
	var p phc
	setting := strings.Split(part[3], ",")
	if len(setting) != 3 {
		return phc{}, bad
	}
	for i, name := range []string{"m=", "t=", "p="} {
		text, found := strings.CutPrefix(setting[i], name)
		n, err := strconv.ParseUint(text, 10, 32)
		if !found || err != nil || n == 0 || n > []uint64{64 * 1024, 16, 16}[i] {
			return phc{}, bad
		}
		switch i {
		case 0:
			p.memory = uint32(n)
		case 1:
			p.passes = uint32(n)
		default:
			p.threads = uint8(n)
		}
	}
	var errSalt, errHash error
	strict := base64.RawStdEncoding.Strict()
	p.salt, errSalt = strict.DecodeString(part[4])
	p.hash, errHash = strict.DecodeString(part[5])
	if errSalt != nil || errHash != nil || len(p.salt) < 8 || len(p.salt) > 64 || len(p.hash) < 16 || len(p.hash) > 64 || p.String() != s {
		return phc{}, bad
	}
	return p, nil
}
