package network

import (
	"context"
	"errors"
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

// Stepper publishes in several acts, of which only the last can be seen: files
// are handed over, the network works on them, then the post is made public.
// Step does one act. The first one, of a Step called Begun, is never public; an
// act before which Step.Public was not set may be done again without harm, and
// its failure is never Uncertain. An act may give a Step that begins anew, when
// what was reached has expired at the network. The network's own verdict on the
// content (a video it cannot read) is Invalid.
type Stepper interface {
	Step(ctx context.Context, conn Conn, part Part) (Stepped, error)
}

// Starter is a Stepper that knows at which Step a part without files begins. Nothing
// is to be handed over first, so its first act is the one that can be seen, and no
// step needs to be kept before it. Start asks nobody; false: it begins with Begun, also
// where the network will refuse the part, for the act says why.
type Starter interface {
	Start(conn Conn, part Part) (Step, bool)
}

// Dropper forgets at the network what a part had come to that goes out no more: a file
// that was handed over, and that nobody has seen. It touches nothing but what is
// certainly ours and still hidden, and that none of the kept steps needs. What is gone
// already is no error, and doing it twice is as good as once.
type Dropper interface {
	Drop(ctx context.Context, conn Conn, step Step, kept []Step) error
}

// Subtitler gives a video that is published subtitles, where the network takes them
// afterwards (SubtitleLimit.Later). Subtitled says in which of some languages they are
// there; Subtitle brings those of one. It is asked for only after a look at what is
// there, also after a lost answer.
type Subtitler interface {
	Subtitled(ctx context.Context, conn Conn, ref Ref, langs []string) ([]string, error)
	Subtitle(ctx context.Context, conn Conn, ref Ref, subtitle Subtitle) error
}

// Coverer gives a video that is published the picture that stands for it, where the
// network takes it afterwards (CoverLimit.Later). Doing it twice is as good as once.
type Coverer interface {
	Cover(ctx context.Context, conn Conn, ref Ref, cover Media) error
}

// Skew is how far a network's clock may be from ours. Finder is asked for what was
// made since that long before a try began, as the network counts its time.
const Skew = 10 * time.Minute

// Finder looks whether a part exists: by its key, else among our posts since.
type Finder interface {
	Find(ctx context.Context, conn Conn, part Part, since time.Time) (Look, error)
}

// Replier answers a message (part.After) in public, or in private.
type Replier interface {
	Reply(ctx context.Context, conn Conn, part Part) (Sent, error)
}

// StepReplier is a Replier whose answers with files take several acts, as a Stepper's
// posts do and by the same rules: each file is handed over and worked on before the
// answer that shows it. Reply is then asked for words alone.
type StepReplier interface {
	StepReply(ctx context.Context, conn Conn, part Part) (Stepped, error)
}

// Deleter deletes something of ours; what is gone already is no error.
type Deleter interface {
	Delete(ctx context.Context, conn Conn, ref Ref) error
}

// Liker likes somebody's message, or takes the like back.
type Liker interface {
	Like(ctx context.Context, conn Conn, ref Ref, on bool) error
}

// Reposter passes on what somebody said, as it stands, or takes that back. There is one
// repost of one thing, so doing it twice is as good as once. What the network lets
// nobody pass on (a private message, a post for followers alone) is Invalid.
type Reposter interface {
	Repost(ctx context.Context, conn Conn, ref Ref, on bool) error
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

// Muter keeps a person's words from us without their knowing, or hears them again.
type Muter interface {
	Mute(ctx context.Context, conn Conn, author Author, on bool) error
}

// MessageBlocker takes no private messages of a person any more, or takes them again.
// What they say in public stays as it is.
type MessageBlocker interface {
	BlockMessages(ctx context.Context, conn Conn, author Author, on bool) error
}

// Pinner keeps one post of ours, or a comment below it, at the top.
type Pinner interface {
	Pin(ctx context.Context, conn Conn, ref Ref, on bool) error
}

// Closer closes what people can write below a post of ours, or opens it again. What
// Profile.Closing says of the comments that are there happens with it.
type Closer interface {
	Close(ctx context.Context, conn Conn, ref Ref, on bool) error
}

// Editor changes the text of a post of ours that is out already.
type Editor interface {
	Edit(ctx context.Context, conn Conn, ref Ref, part Part) (Ref, error)
}

// Reviser is an Editor whose network gives a changed post another id: Revised is
// the reference of ours once seen is its newest version. It asks nobody.
type Reviser interface {
	Revised(ref Ref, seen Seen) Ref
}

// Holder keeps somebody's comment back until it is released: the network's own
// queue for review.
type Holder interface {
	Hold(ctx context.Context, conn Conn, ref Ref, on bool) error
}

// Reader asks for what happened since the cursor; "" = since a little while
// ago. Events may be told again; none may be left out between two cursors but
// those in Reading.Lost.
type Reader interface {
	Read(ctx context.Context, conn Conn, cursor string) (Reading, error)
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
	Challenge(query url.Values, app App) (answer Answer, ok bool)
	Verify(header http.Header, body []byte, key secret.Text) error
	Split(body []byte) ([]Raw, error)
}

// Answer is what a network wants to hear when it tests our address.
type Answer struct {
	Type string // of the content; "" is plain text
	Body string
}

// Measurer asks for the counts of posts; a post without an answer is absent.
type Measurer interface {
	Measure(ctx context.Context, conn Conn, posts []Ref) (map[string]Counts, error)
}

// Sharer says what the authors of posts that ours share think of that, where a network
// asks them. A post of which it is not known is absent.
type Sharer interface {
	Shared(ctx context.Context, conn Conn, posts []Ref) (map[string]Sharing, error)
}

// Sharing is what became of a post's sharing another one.
type Sharing string

// What becomes of it. Until its author has agreed, nobody sees what is shared; once it is
// rejected, revoked or deleted, nobody ever will.
const (
	SharePending  Sharing = "pending"
	ShareAccepted Sharing = "accepted"
	ShareRejected Sharing = "rejected"
	ShareRevoked  Sharing = "revoked"
	ShareDeleted  Sharing = "deleted"
)

// Insighter asks for the figures of the account itself, of one whole day where
// the network has days, else as they are now: Profile.Insights says which zone the
// days are of, how late figures may come, and which are of the moment of asking.
type Insighter interface {
	Insights(ctx context.Context, conn Conn, day time.Time) (Counts, error)
}

// Quoter asks how much of its quotas an account has used, where the network says.
type Quoter interface {
	Quota(ctx context.Context, conn Conn) ([]QuotaUse, error)
}

// Chooser gives the choices of an option that are the account's own: its boards,
// its playlists, the audiences it may choose today; or what it finds by words.
type Chooser interface {
	Choices(ctx context.Context, conn Conn, ask Choosing) ([]Choice, error)
}

// Choosing says of which option the choices are wanted.
type Choosing struct {
	Option string
	Of     string // what was chosen for the option that this one depends on: Option.Of
	Words  string // what was typed, of an option that is searched
}

// Opener gives a file that came in and that only the account's key opens: an
// attachment whose address begins with Closed.
type Opener interface {
	Open(ctx context.Context, conn Conn, file Attachment) (Opened, error)
}

// Templater gives the messages that the network has approved beforehand, to be
// sent where no other may be: Part.Template. One that may not be sent now is among
// them and says why.
type Templater interface {
	Templates(ctx context.Context, conn Conn) ([]Template, error)
}

// Authorizer connects accounts by the network's own page of consent. Authorize
// gives the address at which a person lets us in; Grant turns what comes back
// into the accounts that may be connected, each with its keys.
type Authorizer interface {
	Authorize(ctx context.Context, ask Asking) (Going, error)
	Grant(ctx context.Context, ask Asking, back url.Values) ([]Account, error)
}

// Asking is one attempt to be let in.
type Asking struct {
	App      App
	Redirect string            // where the person comes back to: an address of ours
	State    string            // comes back unchanged, and was checked by the caller
	Verifier string            // of PKCE: its S256 challenge goes along where the network takes one
	Settings map[string]string // what the form asked beforehand: a server, say
	Memory   secret.Text       // what Authorize wanted to be remembered, for Grant
}

// Going is where a person is sent.
type Going struct {
	URL    string
	Memory secret.Text // kept sealed until the person is back
}

// Discoverable is a network at which nobody registers an app: the id of a client is
// the address of a document about it (OAuth client ID metadata document), and this
// house serves its own. NewClient makes its keys, once for the whole house;
// ClientMetadata is the document, at network.ClientID of where people come back to.
// ComesBack says whether the network sends people there at all, and what it takes.
type Discoverable interface {
	NewClient() (App, error)
	ComesBack(redirect string) error
	ClientMetadata(app App, redirect string) ([]byte, error)
}

// ClientID is where the document about this house stands.
func ClientID(redirect string) string { return redirect + "/client-metadata.json" }

// Revoker ends what the keys of an account open, at the network. Best effort: nobody
// waits for it, and the keys are forgotten anyway.
type Revoker interface {
	Revoke(ctx context.Context, conn Conn) error
}

// Extender has a second page of consent beside that of its Authorizer: another API of
// the same network, whose keys are added to those of an account that is connected.
// Profile.Extension says in words what it is for.
type Extender interface {
	// Extensible says whether the second page can be gone to with our app there, and come
	// back from: nil, or an Invalid error that says what is missing. It asks nobody.
	Extensible(app App, redirect string) error
	// AuthorizeMore gives the address at which a person allows it.
	AuthorizeMore(ctx context.Context, ask Asking) (Going, error)
	// GrantMore turns what comes back into the account as it is then: the keys of the
	// connection with the new ones. Another account that consents is Invalid.
	GrantMore(ctx context.Context, ask Asking, conn Conn, back url.Values) (Account, error)
	// Carry is an account with what a second page added to its keys of before. Pure.
	Carry(account Account, before secret.Text) Account
}

// Signer is a Knocker whose webhooks are signed by one of several keys of our app: each
// that may have signed one, in any order. Empty ones do not count.
type Signer interface {
	SigningKeys(app App) []secret.Text
}

// Fetcher asks for what a webhook named and did not tell: an event of the kind Named.
// place is its Ref. What is given has the keys that Read gives, and may tell of more.
type Fetcher interface {
	Fetch(ctx context.Context, conn Conn, place Ref) ([]Raw, error)
}

// ErrNotSetUp is behind the refusal of a Subscriber that has nothing to ask with: an app
// or a key of it that a house may well do without.
var ErrNotSetUp = errors.New("it is not set up")

// ErrPartly is behind what a Subscriber says of a network that knocks, and would tell
// more if it were asked to once more.
var ErrPartly = errors.New("it tells less than it could")

// Subscriber asks the network to knock at our address for an account, where that
// is done by a call and not in the developer's console. Subscribed looks whether it
// does; with ErrPartly it does, and is to be asked for the rest. Subscribe makes it so, and is harmless where it is; lacks says in the words of
// an error what the network does not tell this app of, while it tells the rest.
type Subscriber interface {
	Subscribed(ctx context.Context, conn Conn, hook string) (bool, error)
	Subscribe(ctx context.Context, conn Conn, hook string) (lacks, err error)
}
