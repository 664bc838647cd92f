package lemmy

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// The names of the options in facts.json.
const (
	optionCommunity = network.OptionCommunity
	optionNSFW      = "nsfw"
)

// draft is a new post as we ask for it.
type draft struct {
	Name      string `json:"name"`
	Community int64  `json:"community_id"`
	URL       string `json:"url,omitempty"`
	Body      string `json:"body,omitempty"`
	Alt       string `json:"alt_text,omitempty"`
	NSFW      bool   `json:"nsfw,omitempty"`
	Language  *int64 `json:"language_id,omitempty"`
}

// Publish writes a post, or a comment where the part answers something.
func (d *Driver) Publish(ctx context.Context, conn network.Conn, part network.Part) (network.Sent, error) {
	if part.After != nil {
		return d.Reply(ctx, conn, part)
	}
	if err := network.Refusal(d.limits(conn), part); err != nil {
		return network.Sent{}, err
	}
	asked, err := d.compose(ctx, conn, part)
	if err != nil {
		return network.Sent{}, err
	}
	if asked.URL, asked.Alt, asked.Body, err = d.pictures(ctx, conn, part, asked); err != nil {
		return network.Sent{}, err
	}
	var made struct {
		View postView `json:"post_view"`
	}
	write := ask{method: http.MethodPost, path: "/post", body: asked}
	if err := d.call(ctx, conn, write, &made); err != nil {
		return network.Sent{}, err
	}
	if made.View.Post.ID <= 0 {
		return network.Sent{}, write.unclear()
	}
	return network.Sent{Ref: ref(conn.Base, kindPost, made.View.Post.ID, extra{Community: made.View.Post.Community}), At: d.since(made.View.Post.Published)}, nil
}

// since is when something was made by the server's word, else now.
func (d *Driver) since(said string) time.Time {
	if t := moment(said); !t.IsZero() {
		return t
	}
	return d.now()
}

// compose says what is sent for a part, but for its images.
func (d *Driver) compose(ctx context.Context, conn network.Conn, part network.Part) (draft, error) {
	asked := draft{Name: strings.TrimSpace(part.Title), Body: part.Text, URL: part.Link, NSFW: part.Options[optionNSFW] == "true"}
	var err error
	if asked.Community, err = strconv.ParseInt(part.Options[optionCommunity], 10, 64); err != nil || asked.Community <= 0 {
		return asked, fault.New(fault.Invalid, "No community was chosen.").WithHint("Choose the one to post to.").On("options")
	}
	if part.Link != "" {
		u, err := url.Parse(part.Link)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return asked, fault.New(fault.Invalid, "The link is not a web address.").WithHint("It starts with https://.").On("link")
		}
	}
	if len(part.Langs) > 0 {
		asked.Language, err = d.language(ctx, conn, part.Langs[0], asked.Community)
	}
	return asked, err
}

// language is the server's number of a language, where the community takes it: a
// post in one that it does not name would be refused, one without is not.
func (d *Driver) language(ctx context.Context, conn network.Conn, lang string, into int64) (*int64, error) {
	d.mu.Lock()
	tongues, known := d.tongues[conn.Base]
	d.mu.Unlock()
	if !known {
		if _, err := d.me(ctx, conn); err != nil {
			return nil, err
		}
		d.mu.Lock()
		tongues = d.tongues[conn.Base]
		d.mu.Unlock()
	}
	lang, _, _ = strings.Cut(lang, "-")
	id, spoken := tongues[lang]
	if !spoken {
		return nil, nil //nolint:nilnil // no language is an answer
	}
	var got struct {
		Languages []int64 `json:"discussion_languages"`
	}
	err := d.call(ctx, conn, ask{path: "/community", query: url.Values{"id": {number(into)}}}, &got)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(fault.Invalid, err, "The community does not exist any more.").WithHint("Choose another community.").On("options")
	}
	if err != nil || !slices.Contains(got.Languages, id) {
		return nil, err
	}
	return &id, nil
}

// pictures hands the images over. The first one is the post's own, unless it has
// a link; all others stand below the text, as Lemmy's own editor puts them.
func (d *Driver) pictures(ctx context.Context, conn network.Conn, part network.Part, asked draft) (link, alt, body string, err error) {
	link, body = asked.URL, asked.Body
	for i, m := range part.Media {
		address, err := d.upload(ctx, conn, m)
		if err != nil {
			return "", "", "", part.Refused(i, err)
		}
		if link == "" {
			link, alt = address, m.Alt
			continue
		}
		body = captioned(body, m.Alt, address)
	}
	return link, alt, body, nil
}

// captioned is a text with an image below it.
func captioned(said, alt, address string) string {
	return strings.TrimSpace(said + "\n\n![" + plainAlt(alt) + "](" + address + ")")
}

// plainAlt is a description within Markdown: on one line, without brackets.
func plainAlt(s string) string {
	return strings.NewReplacer("[", "(", "]", ")").Replace(strings.Join(strings.Fields(s), " "))
}

var fileSign = text.OnlyOf("A-Za-z0-9._-", 1, 200) //nolint:gochecknoglobals // a table

// upload gives one file to the server and answers its address there. Without a
// post nobody sees it, so doing it twice is harmless.
func (d *Driver) upload(ctx context.Context, conn network.Conn, m network.Media) (string, error) {
	body, mime, err := form(m, d.limits(conn).Media.Image.MaxBytes)
	if err != nil {
		return "", err
	}
	var made struct {
		Message string `json:"msg"`
		Files   []struct {
			File string `json:"file"`
		} `json:"files"`
	}
	err = d.call(ctx, conn, ask{method: http.MethodPost, path: "/pictrs/image", data: body, mime: mime, harmless: true}, &made)
	switch {
	case err != nil:
		return "", err
	case made.Message != "" && made.Message != "ok":
		return "", fault.New(fault.Invalid, "The server does not take this image.").WithHint("Save it in another format.").On("media")
	case len(made.Files) != 1 || !fileSign.MatchString(made.Files[0].File):
		return "", ask{}.unclear()
	}
	return conn.Base + "/pictrs/image/" + made.Files[0].File, nil
}

func form(m network.Media, most int64) ([]byte, string, error) {
	file, err := m.Open()
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "opening a file of ours")
	}
	defer file.Close() //nolint:errcheck // it was only read
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="images[]"; filename="file"`}, "Content-Type": {m.Type}})
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "writing a form")
	}
	n, err := io.Copy(part, io.LimitReader(file, most+1))
	if err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "reading a file of ours")
	}
	if n > most || n == 0 {
		return nil, "", fault.New(fault.Invalid, "The image has not the size it should have.").WithHint("Upload it again.").On("media")
	}
	if err := w.Close(); err != nil {
		return nil, "", fault.Wrap(fault.Internal, err, "writing a form")
	}
	return body.Bytes(), w.FormDataContentType(), nil
}
