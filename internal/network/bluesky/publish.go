package bluesky

import (
	"context"
	"encoding/json"
	"io"
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

// Publish writes the part under its own key.
func (d *Driver) Publish(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	part.Text = carry(part)
	if err := network.Refusal(d.limits(conn), part); err != nil {
		return network.Sent{}, err
	}
	record := post{Type: collectionPost, Text: part.Text, Created: stamp(part.At), Langs: part.Langs[:min(len(part.Langs), 3)]}
	var err error
	if record.Reply, err = d.replyOf(ctx, conn, part); err != nil {
		return network.Sent{}, err
	}
	if record.Facets, err = d.facets(ctx, conn, part.Text); err != nil {
		return network.Sent{}, err
	}
	if record.Embed, err = d.embed(ctx, conn, part); err != nil {
		return network.Sent{}, err
	}
	var made strong
	body := write{Repo: conn.Account, Collection: collectionPost, RKey: keyTID(part.Key), Record: record}
	at, err := d.call(ctx, conn, ask{method: "com.atproto.repo.putRecord", body: body}, &made)
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
	return d.Publish(ctx, conn, part)
}

// replyOf says where in which thread the part stands, nil for one of its own.
func (d *Driver) replyOf(ctx context.Context, conn network.Conn, part network.Part) (*reply, error) {
	if part.After == nil {
		return nil, nil
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

type image struct {
	Alt   string          `json:"alt"`
	Image json.RawMessage `json:"image"`
	Ratio *ratio          `json:"aspectRatio,omitempty"`
}

type ratio struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type imagesEmbed struct {
	Type   string  `json:"$type"`
	Images []image `json:"images"`
}

type externalEmbed struct {
	Type     string `json:"$type"`
	External struct {
		URI         string `json:"uri"`
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"external"`
}

// embed is the images of a part, else the card of its link, else nil.
func (d *Driver) embed(ctx context.Context, conn network.Conn, part network.Part) (any, error) {
	if len(part.Media) > 0 {
		all := imagesEmbed{Type: "app.bsky.embed.images"}
		for _, m := range part.Media {
			one, err := d.upload(ctx, conn, m)
			if err != nil {
				return nil, err
			}
			all.Images = append(all.Images, one)
		}
		return all, nil
	}
	if part.Link == "" {
		return nil, nil
	}
	u, err := url.Parse(part.Link)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fault.New(fault.Invalid, "The link is not a web address.").WithHint("It starts with https://.").On("link")
	}
	card := externalEmbed{Type: "app.bsky.embed.external"}
	card.External.URI = part.Link
	card.External.Title = strings.TrimPrefix(u.Host, "www.") + strings.TrimSuffix(u.EscapedPath(), "/")
	return card, nil
}

// upload gives one file to the server. Without a post it is swept away there, so
// doing it twice is harmless.
func (d *Driver) upload(ctx context.Context, conn network.Conn, m network.Media) (image, error) {
	most := d.limits(conn).Media.Image.MaxBytes
	file, err := m.Open()
	if err != nil {
		return image{}, fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return image{}, fault.Wrap(fault.Internal, err, "reading a file of ours")
	}
	if int64(len(data)) > most || len(data) == 0 {
		return image{}, fault.New(fault.Invalid, "The image has not the size it should have.").WithHint("Upload it again.").On("media")
	}
	var made struct {
		Blob json.RawMessage `json:"blob"`
	}
	_, err = d.call(ctx, conn, ask{method: "com.atproto.repo.uploadBlob", data: data, mime: m.Type, harmless: true}, &made)
	if err != nil {
		return image{}, err
	}
	blob, err := plainBlob(made.Blob)
	if err != nil {
		return image{}, err
	}
	one := image{Alt: m.Alt, Image: blob}
	if m.Width > 0 && m.Height > 0 {
		one.Ratio = &ratio{m.Width, m.Height}
	}
	return one, nil
}

// plainBlob keeps of a blob what belongs to it: a field nobody announced would
// change the record and with it the post's identity.
func plainBlob(given json.RawMessage) (json.RawMessage, error) {
	var b struct {
		Type string `json:"$type"`
		Ref  struct {
			Link string `json:"$link"`
		} `json:"ref"`
		Mime string `json:"mimeType"`
		Size int64  `json:"size"`
	}
	if json.Unmarshal(given, &b) != nil || b.Ref.Link == "" {
		return nil, fault.New(fault.Unavailable, "Bluesky answered something we do not understand.")
	}
	b.Type = "blob"
	return json.Marshal(b)
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
	seen.Media = got.Value.images()
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
