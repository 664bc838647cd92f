package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
)

const collectionPost = "app.bsky.feed.post"

// strong is a reference to one version of a record.
type strong struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// extra is what a Ref of ours remembers besides the address.
type extra struct {
	CID  string  `json:"cid,omitempty"`
	Root *strong `json:"root,omitempty"` // of the thread it is in
}

func readExtra(ref *network.Ref) extra {
	var e extra
	if ref != nil && len(ref.Extra) > 0 {
		_ = json.Unmarshal(ref.Extra, &e) // what is not there is asked for
	}
	return e
}

func refTo(at strong, root *strong) network.Ref {
	data, err := json.Marshal(extra{CID: at.CID, Root: root})
	if err != nil {
		panic(err) // strings alone
	}
	return network.Ref{ID: at.URI, URL: webURL(at.URI), Extra: data}
}

type reply struct {
	Root   strong `json:"root"`
	Parent strong `json:"parent"`
}

// post is the record of a post. Its bytes depend on the part alone.
type post struct {
	Type    string   `json:"$type"`
	Text    string   `json:"text"`
	Created string   `json:"createdAt"`
	Langs   []string `json:"langs,omitempty"`
	Facets  []facet  `json:"facets,omitempty"`
	Reply   *reply   `json:"reply,omitempty"`
	Embed   any      `json:"embed,omitempty"`
}

type write struct {
	Repo       string  `json:"repo"`
	Collection string  `json:"collection"`
	RKey       string  `json:"rkey"`
	Record     any     `json:"record"`
	Swap       *string `json:"swapRecord"` // null: only where there is none, or the very same
}

// refusal says what Bluesky will not take.
func (d *Driver) refusal(conn network.Conn, part network.Part) error {
	if err := shareable(part); err != nil {
		return err
	}
	part.Text = carry(part)
	return network.Refusal(d.limits(conn), part)
}

// put writes the part, with files that Bluesky has and what it shares, under the part's own key.
func (d *Driver) put(ctx context.Context, conn network.Conn, part network.Part, w way) (network.Sent, error) {
	if err := d.refusal(conn, part); err != nil {
		return network.Sent{}, err
	}
	part.Text = carry(part)
	record := post{Type: collectionPost, Text: part.Text, Created: stamp(part.At), Langs: part.Langs[:min(len(part.Langs), 3)]}
	var err error
	if record.Reply, err = d.replyOf(ctx, conn, part); err != nil {
		return network.Sent{}, err
	}
	if record.Facets, err = d.facets(ctx, conn, part.Text); err != nil {
		return network.Sent{}, err
	}
	if record.Embed, err = embed(part, w.Files); err != nil {
		return network.Sent{}, err
	}
	record.Embed = sharing(w.Quote, record.Embed)
	made, at, err := d.written(ctx, conn, part, record)
	if refused(err) == "InvalidSwap" {
		// Our key is there with other content: an earlier try, which was made at
		// another time. Find tells what stands there.
		return network.Sent{}, fault.Wrap(fault.Uncertain, err, "Bluesky has something under this key already.")
	}
	if err != nil {
		return network.Sent{}, err
	}
	if made.URI == "" || made.CID == "" {
		return network.Sent{}, fault.New(fault.Uncertain, "Bluesky answered something we do not understand.")
	}
	return network.Sent{Ref: refTo(made, rootOf(record.Reply)), At: at}, nil
}

// written writes the record of a part, with its gates where it has any.
func (d *Driver) written(ctx context.Context, conn network.Conn, part network.Part, record post) (made strong, at time.Time, err error) {
	rkey := keyTID(part.Key)
	if gates := gates(part, conn.Account); len(gates) > 0 {
		return d.together(ctx, conn, create{Collection: collectionPost, RKey: rkey, Value: record}, gates)
	}
	body := write{Repo: conn.Account, Collection: collectionPost, RKey: rkey, Record: record}
	at, err = d.call(ctx, conn, ask{method: "com.atproto.repo.putRecord", body: body}, &made)
	return made, at, err
}

func rootOf(r *reply) *strong {
	if r == nil {
		return nil
	}
	return &r.Root
}

// carry keeps a link that has no card, because images take its place, in the text.
func carry(part network.Part) string {
	if part.Link == "" || len(part.Media) == 0 || strings.Contains(part.Text, part.Link) {
		return part.Text
	}
	return strings.TrimSpace(part.Text + "\n" + part.Link)
}

// Reply answers a message: in public below it, or in private.
func (d *Driver) Reply(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After == nil {
		return network.Sent{}, fault.New(fault.Internal, "an answer to nothing")
	}
	if part.Private || isChat(part.After.ID) {
		return d.message(ctx, conn, part)
	}
	if len(part.Media) > 0 {
		return network.Sent{}, fault.New(fault.Internal, "an answer with files takes several acts")
	}
	if err := d.refusal(conn, part); err != nil {
		return network.Sent{}, err
	}
	if err := d.standing(ctx, conn, part.After.ID); err != nil {
		return network.Sent{}, err
	}
	return d.put(ctx, conn, part, way{})
}

// StepReply does one act of an answer with files, which is a post like any other.
// Direct messages carry none.
func (d *Driver) StepReply(ctx context.Context, conn network.Conn, part network.Part) (network.Stepped, error) {
	if part.After == nil {
		return network.Stepped{}, fault.New(fault.Internal, "an answer to nothing")
	}
	if part.Private || isChat(part.After.ID) {
		sent, err := d.message(ctx, conn, part) // it says what to do instead
		return network.Stepped{Sent: &sent}, err
	}
	did, err := d.Step(ctx, conn, part)
	if err == nil && part.Step.Name == network.Begun { // by now it is known that it could pass
		err = d.standing(ctx, conn, part.After.ID)
	}
	return did, err
}

// standing looks whether a post can still be read: Bluesky takes an answer to what is
// not there any more, and everybody sees it below nothing. What is ours is asked for
// where it is kept, for it may be in no view yet.
func (d *Driver) standing(ctx context.Context, conn network.Conn, uri string) error {
	gone := fault.New(fault.Invalid, "What this answers does not exist on Bluesky any more.").WithHint("Write it as a post of its own.")
	repo, collection, rkey, ok := splitURI(uri)
	if !ok {
		return nil // said below
	}
	if repo != conn.Account {
		found, err := d.posts(ctx, conn, []string{uri})
		if _, there := found[uri]; err == nil && !there {
			return gone
		}
		return err
	}
	query := url.Values{"repo": {repo}, "collection": {collection}, "rkey": {rkey}}
	_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.getRecord", query: query}, nil)
	if fault.Is(err, fault.NotFound) {
		return gone
	}
	return err
}

// replyOf says where in which thread the part stands, nil for one of its own.
func (d *Driver) replyOf(ctx context.Context, conn network.Conn, part network.Part) (*reply, error) {
	if part.After == nil {
		return nil, nil
	}
	if _, _, _, ok := splitURI(part.After.ID); !ok {
		return nil, fault.New(fault.Invalid, "This is nothing on Bluesky that can be answered.")
	}
	known := readExtra(part.After)
	parent, root := strong{part.After.ID, known.CID}, known.Root
	if first := readExtra(part.Root); root == nil && part.Root != nil && first.CID != "" {
		root = &strong{part.Root.ID, first.CID}
	}
	// A parent that is itself a reply names its root; without, we have to ask.
	if parent.CID == "" || (root == nil && len(part.After.Extra) == 0) {
		found, err := d.posts(ctx, conn, []string{parent.URI})
		if err != nil {
			return nil, err
		}
		view, there := found[parent.URI]
		if !there {
			return nil, fault.New(fault.Invalid, "What this answers does not exist on Bluesky any more.").WithHint("Write it as a post of its own.")
		}
		parent.CID = view.CID
		if view.Record.Reply != nil {
			root = &view.Record.Reply.Root
		}
	}
	if root == nil {
		root = &parent
	}
	return &reply{Root: *root, Parent: parent}, nil
}

// Find looks under the part's own key: there, or not there, beyond doubt.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	if part.Private || (part.After != nil && isChat(part.After.ID)) {
		return d.findMessage(ctx, conn, part, since)
	}
	var got struct {
		strong
		Value record `json:"value"`
	}
	query := url.Values{"repo": {conn.Account}, "collection": {collectionPost}, "rkey": {keyTID(part.Key)}}
	_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.getRecord", query: query}, &got)
	if fault.Is(err, fault.NotFound) {
		return network.Look{Keyed: true, Complete: true}, nil
	}
	if err != nil {
		return network.Look{}, err
	}
	if got.URI == "" {
		return network.Look{}, fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
	}
	seen := network.Seen{Ref: refTo(got.strong, rootOf(got.Value.Reply)), Text: got.Value.Text, Key: part.Key, At: moment(got.Value.Created)}
	seen.Media = got.Value.files()
	if got.Value.Reply != nil {
		seen.After = got.Value.Reply.Parent.URI
	}
	return network.Look{Exact: &seen, Keyed: true, Complete: true}, nil
}

// Delete deletes one of our records; what is not there is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	did, collection, rkey, ok := splitURI(ref.ID)
	if !ok || did != conn.Account {
		return fault.New(fault.Invalid, "Only what this account wrote can be deleted here.").WithHint("Hide it, or block the person.")
	}
	return d.remove(ctx, conn, collection, rkey)
}

func (d *Driver) remove(ctx context.Context, conn network.Conn, collection, rkey string) error {
	body := map[string]string{"repo": conn.Account, "collection": collection, "rkey": rkey}
	_, err := d.call(ctx, conn, ask{method: "com.atproto.repo.deleteRecord", body: body, harmless: true}, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
