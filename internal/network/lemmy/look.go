package lemmy

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/network"
)

const (
	pageSize  = 50 // the most that Lemmy gives
	lookPages = 10 // in one look
)

// profile is a page of what an account wrote, newest first.
type profile struct {
	Person *struct {
		Person person `json:"person"`
		Counts struct {
			Posts    *int64 `json:"post_count"`
			Comments *int64 `json:"comment_count"`
		} `json:"counts"`
	} `json:"person_view"`
	Posts    []postView    `json:"posts"`
	Comments []commentView `json:"comments"`
}

// profile asks for one page, every line of which we must understand: what is
// overlooked would be taken for absent.
func (d *Driver) wrote(ctx context.Context, conn network.Conn, page int) (profile, error) {
	var p profile
	query := url.Values{"person_id": {conn.Account}, "sort": {"New"}, "limit": {number(pageSize)}, "page": {number(int64(page))}}
	if err := d.call(ctx, conn, ask{path: "/user", query: query}, &p); err != nil {
		return p, err
	}
	sound := p.Person != nil && number(p.Person.Person.ID) == conn.Account && p.Posts != nil && p.Comments != nil
	for _, v := range p.Posts {
		sound = sound && v.Post.ID > 0 && !moment(v.Post.Published).IsZero()
	}
	for _, v := range p.Comments {
		sound = sound && v.Comment.ID > 0 && v.Comment.Post > 0 && !moment(v.Comment.Published).IsZero()
	}
	if !sound {
		return p, ask{}.unclear()
	}
	return p, nil
}

// Find lists what the account wrote since. What reads as the part would, gets the
// part's own text: a server shows it with other addresses.
func (d *Driver) Find(ctx context.Context, conn network.Conn, part network.Part, since time.Time) (network.Look, error) {
	var look network.Look
	sought, pictured := stripped(conn.Base, part.Text)
	see := func(r network.Ref, said, when, after string, files int) {
		text, more := stripped(conn.Base, said)
		if alike(text) == alike(sought) {
			said = part.Text
		}
		look.Near = append(look.Near, network.Seen{Ref: r, Text: clip(said, textMost), At: moment(when), After: after, Media: max(0, files+more-pictured)})
	}
	if kind := kindOf(part.After); kind == kindMessage || part.Private && part.After != nil {
		err := d.findMessage(ctx, conn, *part.After, since, &look, see)
		return look, err
	}
	for page := 1; page <= lookPages && !look.Complete; page++ {
		p, err := d.wrote(ctx, conn, page)
		if err != nil {
			return network.Look{}, err
		}
		if part.After != nil {
			look.Complete = len(p.Comments) < pageSize
			for _, v := range p.Comments {
				if moment(v.Comment.Published).Before(since) {
					look.Complete = true
				} else if !v.Comment.Deleted {
					v = v.lean()
					see(v.ref(conn.Base), v.Comment.Content, v.Comment.Published, v.Comment.above(), 0)
				}
			}
			continue
		}
		look.Complete = len(p.Posts) < pageSize
		for _, v := range p.Posts {
			if moment(v.Post.Published).Before(since) {
				look.Complete = true
			} else if p := v.Post; !p.Deleted && p.couldBe(part) {
				files := 0
				if part.Link == "" && strings.HasPrefix(p.URL, conn.Base+"/pictrs/") {
					files = 1
				}
				see(ref(conn.Base, kindPost, p.ID, extra{Community: p.Community}), p.Body, p.Published, "", files)
			}
		}
	}
	return look, nil
}

func kindOf(r *network.Ref) string {
	if r == nil {
		return ""
	}
	kind, _, _ := split(r.ID) //nolint:errcheck // what is no name has no kind
	return kind
}

// couldBe says whether title and community are the part's own; those of others
// are certainly not it, whatever they say.
func (p post) couldBe(part network.Part) bool {
	into := part.Options[optionCommunity]
	return alike(p.Name) == alike(part.Title) && (into == "" || into == number(p.Community))
}

// findMessage looks through the messages to one person; those that were taken
// back are not listed.
func (d *Driver) findMessage(ctx context.Context, conn network.Conn, to network.Ref, since time.Time, look *network.Look, see func(network.Ref, string, string, string, int)) error {
	about, err := d.about(ctx, conn, to)
	if err != nil {
		return err
	}
	for page := 1; page <= lookPages && !look.Complete; page++ {
		all, err := d.messages(ctx, conn, page)
		if err != nil {
			return err
		}
		look.Complete = len(all) < pageSize
		for _, v := range all {
			if moment(v.Message.Published).Before(since) {
				look.Complete = true
			} else if number(v.Message.Creator) == conn.Account && v.Message.Recipient == about.By {
				see(ref(conn.Base, kindMessage, v.Message.ID, extra{By: about.By}), v.Message.Content, v.Message.Published, to.ID, 0)
			}
		}
	}
	return nil
}

func (d *Driver) messages(ctx context.Context, conn network.Conn, page int) ([]messageView, error) {
	var got struct {
		All []messageView `json:"private_messages"`
	}
	query := url.Values{"unread_only": {"false"}, "limit": {number(pageSize)}, "page": {number(int64(page))}}
	if err := d.call(ctx, conn, ask{path: "/private_message/list", query: query}, &got); err != nil {
		return nil, err
	}
	sound := got.All != nil
	for _, v := range got.All {
		sound = sound && v.Message.ID > 0 && v.Message.Creator > 0 && !moment(v.Message.Published).IsZero()
	}
	if !sound {
		return nil, ask{}.unclear()
	}
	return got.All, nil
}

var (
	picture = regexp.MustCompile(`\s*!\[[^\]]*\]\(([^)\s]+)\)`)                                                               //nolint:gochecknoglobals // compiled once
	address = regexp.MustCompile(`https?://[^\s)\]>"]+`)                                                                      //nolint:gochecknoglobals // compiled once
	tracker = regexp.MustCompile(`^(utm_source|utm_medium|utm_campaign|utm_term|utm_content|gclid|gclsrc|dclid|fbclid)(=|$)`) //nolint:gochecknoglobals // compiled once
)

// stripped takes the images of our server out of a text and counts them.
func stripped(base, said string) (string, int) {
	n := 0
	said = picture.ReplaceAllStringFunc(said, func(s string) string {
		if m := picture.FindStringSubmatch(s); !strings.HasPrefix(m[1], base+"/pictrs/image/") {
			return s
		}
		n++
		return ""
	})
	return said, n
}

// alike folds a text to what survives a server: white space does not, nor what
// counts clicks in an address, nor how its signs are written.
func alike(s string) string {
	s = address.ReplaceAllStringFunc(s, func(a string) string {
		front, query, has := strings.Cut(a, "?")
		if !has {
			return a
		}
		query, fragment, marked := strings.Cut(query, "#")
		var kept []string
		for pair := range strings.SplitSeq(query, "&") {
			if pair != "" && !tracker.MatchString(pair) {
				kept = append(kept, pair)
			}
		}
		plain := strings.Join(kept, "&")
		if read, err := url.QueryUnescape(plain); err == nil {
			plain = read
		}
		if plain != "" {
			front += "?" + plain
		}
		if marked {
			front += "#" + fragment
		}
		return front
	})
	return strings.Join(strings.Fields(s), " ")
}
