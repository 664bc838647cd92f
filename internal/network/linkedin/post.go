package linkedin

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/text"
)

// The names of what may be chosen for a post.
const (
	optionVisibility = "visibility"
	optionNoReshare  = "no_reshare"
)

const (
	questionMost = 140
	titleMost    = 200
)

// written is the body of a new post, its files still without their URNs; an error
// says what LinkedIn will not take.
func (d *Driver) written(conn network.Conn, part network.Part) (map[string]any, error) {
	if err := network.Refusal(d.limits(conn), part); err != nil {
		return nil, err
	}
	for _, m := range part.Media {
		if m.Video() && m.Bytes < videoLeast {
			return nil, fault.New(fault.Invalid, "The video is smaller than LinkedIn takes.").WithHint("It has to have 75 kB or more.").On("media")
		}
		if m.Bytes <= 0 {
			return nil, fault.New(fault.Invalid, "The file is empty.").WithHint("Upload it again.").On("media")
		}
	}
	visibility := part.Options[optionVisibility]
	switch visibility {
	case "":
		visibility = "PUBLIC"
	case "PUBLIC", "LOGGED_IN":
	case "CONNECTIONS":
		if isPage(conn.Account) {
			return nil, fault.New(fault.Invalid, "A Page has no connections.").WithHint("Choose who may see it anew.").On("options")
		}
	default:
		return nil, fault.New(fault.Invalid, "LinkedIn does not know this choice of who may see a post.").WithHint("Choose who may see it anew.").On("options")
	}
	body := map[string]any{"author": conn.Account, "commentary": little(part.Text), "visibility": visibility, "lifecycleState": "PUBLISHED",
		"isReshareDisabledByAuthor": part.Options[optionNoReshare] == "true",
		"distribution":              map[string]any{"feedDistribution": "MAIN_FEED", "targetEntities": []any{}, "thirdPartyDistributionChannels": []any{}}}
	if part.Options[network.OptionReshare] != "" {
		urn, err := shared(part)
		if err != nil {
			return nil, err
		}
		body["reshareContext"] = map[string]any{"parent": urn}
		return body, nil
	}
	content, err := shown(part)
	if content != nil {
		body["content"] = content
	}
	return body, err
}

// shown is what a post shows besides its text.
func shown(part network.Part) (map[string]any, error) {
	switch {
	case part.Poll != nil:
		return question(part)
	case len(part.Media) == 1:
		m := map[string]any{}
		if alt := part.Media[0].Alt; alt != "" {
			m["altText"] = alt
		}
		if part.Title != "" && part.Media[0].Video() {
			m["title"] = part.Title
		}
		if part.Media[0].Document() {
			m["title"] = headed(part)
			delete(m, "altText") // documents have none: LinkedIn reads them out
		}
		return map[string]any{"media": m}, nil
	case len(part.Media) > 1:
		images := make([]map[string]any, len(part.Media))
		for i, m := range part.Media {
			images[i] = map[string]any{}
			if m.Alt != "" {
				images[i]["altText"] = m.Alt
			}
		}
		return map[string]any{"multiImage": map[string]any{"images": images}}, nil
	case part.Link != "":
		u, err := url.Parse(part.Link)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fault.New(fault.Invalid, "The link is not a web address.").WithHint("It starts with https://.").On("link")
		}
		// LinkedIn does not look at the page: it shows the title that it is given.
		title := part.Title
		if title == "" {
			title = text.Cut(strings.TrimSuffix(u.Host+u.Path, "/"), titleMost)
		}
		return map[string]any{"article": map[string]any{"source": part.Link, "title": title}}, nil
	}
	return nil, nil
}

// headed is the title of a document, which LinkedIn shows above its pages: that of the
// post, else what its owner called the file.
func headed(part network.Part) string {
	if title := strings.TrimSpace(part.Title); title != "" {
		return title
	}
	name := strings.TrimSpace(part.Media[0].Name)
	if bare := strings.TrimSuffix(name, path.Ext(name)); bare != "" {
		name = bare
	}
	if name == "" {
		name, _, _ = strings.Cut(strings.TrimSpace(part.Text), "\n")
	}
	return cmp.Or(text.Cut(name, titleMost), "PDF")
}

// question is a poll. Its question stands beside the text: the title, or else the
// text's first line.
func question(part network.Part) (map[string]any, error) {
	asked := strings.TrimSpace(part.Title)
	if asked == "" {
		asked, _, _ = strings.Cut(strings.TrimSpace(part.Text), "\n")
		asked = strings.TrimSpace(asked)
	}
	if n := text.Count(asked, text.UTF16, 0); n == 0 || n > questionMost {
		return nil, fault.New(fault.Invalid, "LinkedIn shows the question of a poll in at most 140 characters.").
			WithHint("Write the question as the title, or as the first line of the text.").On("title")
	}
	options := make([]map[string]any, len(part.Poll.Options))
	for i, o := range part.Poll.Options {
		options[i] = map[string]any{"text": o}
	}
	return map[string]any{"poll": map[string]any{"question": asked, "options": options, "settings": map[string]any{"duration": open(part.Poll.Minutes)}}}, nil
}

// open is how long a poll is open: LinkedIn has four lengths, and the next longer
// one is taken.
func open(minutes int) string {
	const aDay = 24 * 60
	switch {
	case minutes <= aDay:
		return "ONE_DAY"
	case minutes <= 3*aDay:
		return "THREE_DAYS"
	case minutes <= 7*aDay:
		return "SEVEN_DAYS"
	}
	return "FOURTEEN_DAYS"
}

// post makes the post.
func (d *Driver) post(ctx context.Context, conn network.Conn, part network.Part, h handed) (network.Stepped, error) {
	body, err := d.written(conn, part)
	if err != nil {
		return network.Stepped{}, err
	}
	if content, ok := body["content"].(map[string]any); ok {
		for i, f := range h.Files {
			if !fileURN.MatchString(f.URN) {
				return network.Stepped{Step: network.Step{Name: network.Begun}}, nil
			}
			if m, one := content["media"].(map[string]any); one {
				m["id"] = f.URN
			} else if all, several := content["multiImage"].(map[string]any); several {
				all["images"].([]map[string]any)[i]["id"] = f.URN //nolint:forcetypeassert // written above
			}
		}
	}
	a := ask{method: http.MethodPost, path: "rest/posts", body: body}
	response, err := d.call(ctx, conn, a, nil)
	if err != nil {
		return d.unmade(part, h, err)
	}
	// It is shown as it is in the documentation, and encoded in LinkedIn's own client.
	urn, bad := url.PathUnescape(response.Header.Get("X-Restli-Id"))
	if bad != nil || response.Status != http.StatusCreated || !postURN.MatchString(urn) {
		return network.Stepped{}, a.misunderstood()
	}
	return network.Stepped{Sent: &network.Sent{Ref: network.Ref{ID: urn, URL: postAddress(urn)}, At: response.At}}, nil
}

// unmade says what follows from a refused post: a file may still be at work, or be
// lost.
func (d *Driver) unmade(part network.Part, h handed, err error) (network.Stepped, error) {
	switch r := refused(err); {
	case len(h.Files) == 0 || r.status != http.StatusBadRequest:
	case r.Code == "MEDIA_ASSET_WAITING_UPLOAD":
		return h.step(stepProcess, part, waitForFile), nil
	case r.Code == "INVALID_IMAGE_ID":
		return h.lost(0, part, err)
	}
	return network.Stepped{}, err
}

// Edit changes the words of a post, or of a comment of ours.
func (d *Driver) Edit(ctx context.Context, conn network.Conn, ref network.Ref, part network.Part) (network.Ref, error) {
	if thread, number, ok := comment(ref.ID); ok {
		if err := network.Refusal(d.limits(conn).Answering(false), part); err != nil {
			return ref, err
		}
		a := ask{method: http.MethodPost, path: "rest/socialActions/" + code(d.thread(ref, thread)) + "/comments/" + number, query: "actor=" + code(conn.Account),
			change: true, harmless: true, body: map[string]any{"patch": map[string]any{"message": map[string]any{"$set": map[string]any{"text": part.Text}}}}}
		_, err := d.call(ctx, conn, a, nil)
		return ref, err
	}
	if !postURN.MatchString(ref.ID) {
		return ref, strange()
	}
	words := part
	words.Media, words.Poll, words.Link = nil, nil, ""
	l := d.limits(conn)
	if len(part.Media) > 0 || part.Poll != nil || part.Link != "" { // these stay as they are
		l.Link, words.Link = true, "x"
	}
	if err := network.Refusal(l, words); err != nil {
		return ref, err
	}
	a := ask{method: http.MethodPost, path: "rest/posts/" + code(ref.ID), change: true, harmless: true,
		body: map[string]any{"patch": map[string]any{"$set": map[string]any{"commentary": little(part.Text)}}}}
	_, err := d.call(ctx, conn, a, nil)
	return ref, err
}

// Delete deletes a post or comment of ours; what is not there is no error.
func (d *Driver) Delete(ctx context.Context, conn network.Conn, ref network.Ref) error {
	a := ask{method: http.MethodDelete, path: "rest/posts/" + code(ref.ID), harmless: true}
	if thread, number, ok := comment(ref.ID); ok {
		a.path, a.query = "rest/socialActions/"+code(d.thread(ref, thread))+"/comments/"+number, "actor="+code(conn.Account)
	} else if !postURN.MatchString(ref.ID) {
		return strange()
	}
	_, err := d.call(ctx, conn, a, nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Remove deletes somebody's comment below a post of our Page.
func (d *Driver) Remove(ctx context.Context, conn network.Conn, ref network.Ref) error {
	if _, _, ok := comment(ref.ID); !ok {
		return strange()
	}
	if !isPage(conn.Account) {
		return fault.New(fault.Invalid, "LinkedIn lets programs delete what others wrote below the posts of Pages alone.").WithHint("Delete it on LinkedIn itself.")
	}
	err := d.Delete(ctx, conn, ref)
	if fault.Is(err, fault.Denied) && refused(err).status == http.StatusForbidden {
		return fault.Wrap(fault.Denied, err, "LinkedIn did not let us delete this comment.").WithHint("Delete it on LinkedIn itself.")
	}
	return err
}

func strange() error { return fault.New(fault.Invalid, "This is nothing on LinkedIn that Kith knows.") }
