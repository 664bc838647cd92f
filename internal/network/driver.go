package network

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/secret"
)

// Driver is what every network is. What it can do besides, it says by the
// interfaces below; nothing else is offered to anybody.
//
// All methods may be called by many goroutines. Errors are fault errors:
// Unavailable only when the network certainly did not act, Uncertain when it
// may have, Throttled with After when the network says how long, Denied when
// the key or the right is missing, Invalid when this content will never pass.
type Driver interface {
	Name() Name
	Profile() Profile
}

// Profile is a network's description of itself: values, so that a composer
// checks without asking.
type Profile struct {
	Label    string // as people write it: "Bluesky"
	Fields   []Field
	Limits   Limits
	Evidence string // real server, published spec, recorded traffic, documentation
	AsOf     string // date of the facts, 2006-01-02
	// Delay is how long an accepted post may stay invisible; looking sooner
	// proves nothing.
	Delay time.Duration
	// Cannot says, per action, why it is impossible and what to do instead.
	Cannot map[Action]Cannot
}

// Cannot explains a missing ability.
type Cannot struct {
	Why     string
	Instead string
}

// Action is what a person may want to do on a network.
type Action string

// The actions.
const (
	ActPublish      Action = "publish"
	ActThread       Action = "thread"
	ActImage        Action = "image"
	ActAltText      Action = "alt_text"
	ActFind         Action = "find"
	ActDelete       Action = "delete"
	ActReply        Action = "reply"
	ActPrivateReply Action = "private_reply"
	ActLike         Action = "like"
	ActHide         Action = "hide"
	ActDeleteOthers Action = "delete_others"
	ActBan          Action = "ban"
	ActWebhook      Action = "webhook"
	ActPoll         Action = "poll"
	ActMeasure      Action = "measure"
)

// Connector connects an account from the fields of its form.
type Connector interface {
	Connect(ctx context.Context, settings map[string]string) (Account, error)
}

// Checker asks the network how the connection is, and renews keys that are
// about to expire; keys is empty when they have not changed.
type Checker interface {
	Check(ctx context.Context, conn Conn) (health Health, keys secret.Text, err error)
}

// Publisher publishes one part. Repeating it with the same Key is harmless only
// where Find gives an Exact answer or the network recognises the key.
type Publisher interface {
	Publish(ctx context.Context, conn Conn, part Part) (Sent, error)
}

// Finder looks whether a part exists: by its key, else among our posts since.
type Finder interface {
	Find(ctx context.Context, conn Conn, part Part, since time.Time) (Look, error)
}

// Replier answers a message (part.After) in public, or in private.
type Replier interface {
	Reply(ctx context.Context, conn Conn, part Part) (Sent, error)
}

// Deleter deletes something of ours; what is gone already is no error.
type Deleter interface {
	Delete(ctx context.Context, conn Conn, ref Ref) error
}

// Liker likes somebody's message, or takes the like back.
type Liker interface {
	Like(ctx context.Context, conn Conn, ref Ref, on bool) error
}

// Hider hides somebody's comment under our post from the public, or shows it.
type Hider interface {
	Hide(ctx context.Context, conn Conn, ref Ref, on bool) error
}

// Remover deletes somebody else's comment under our post.
type Remover interface {
	Remove(ctx context.Context, conn Conn, ref Ref) error
}

// Banner keeps a person from our account, or lets them back.
type Banner interface {
	Ban(ctx context.Context, conn Conn, author Author, on bool) error
}

// Reader asks for what happened since the cursor; "" = since a little while
// ago. more says that there is a further page already. Events may be told
// again; none may be left out between two cursors.
type Reader interface {
	Read(ctx context.Context, conn Conn, cursor string) (events []Raw, next string, more bool, err error)
}

// Decoder turns a Raw into events: pure, never panics, bounded memory, and
// decoding twice gives the same. Text has no U+0000 and is valid UTF-8.
type Decoder interface {
	Decode(conn Conn, raw Raw) ([]Event, error)
}

// Knocker takes webhooks. Challenge answers the network's own test (ok =
// false: it is none). Verify checks the signature over the raw body. Split
// takes a body apart, one Raw for each event of each person: pure, fuzzed.
type Knocker interface {
	Challenge(query url.Values, token secret.Text) (answer string, ok bool)
	Verify(header http.Header, body []byte, key secret.Text) error
	Split(body []byte) ([]Raw, error)
}

// Measurer asks for the counts of posts; a post without an answer is absent.
type Measurer interface {
	Measure(ctx context.Context, conn Conn, posts []Ref) (map[string]Counts, error)
}
