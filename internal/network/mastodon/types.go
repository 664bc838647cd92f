package mastodon

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/kithhq/kith/internal/network"
)

type account struct {
	ID        string `json:"id"`
	Username  string `json:"username"`
	Acct      string `json:"acct"`
	Name      string `json:"display_name"`
	URL       string `json:"url"`
	Avatar    string `json:"avatar"`
	Followers *int64 `json:"followers_count,omitempty"`
	Following *int64 `json:"following_count,omitempty"`
	Statuses  *int64 `json:"statuses_count,omitempty"`
}

// handle is name@server, also for people of our own server.
func (a account) handle() string {
	if strings.Contains(a.Acct, "@") {
		return a.Acct
	}
	if u, err := url.Parse(a.URL); err == nil && u.Host != "" {
		return a.Acct + "@" + u.Host
	}
	return a.Acct
}

func (a account) lean() account {
	return account{ID: clip(a.ID, 64), Username: clip(a.Username, 256), Acct: clip(a.Acct, 512), Name: clip(a.Name, 512), URL: clip(a.URL, 2048), Avatar: clip(a.Avatar, 2048)}
}

func (a account) author() network.Author {
	a = a.lean()
	name := a.Name
	if strings.TrimSpace(name) == "" {
		name = a.Username
	}
	return network.Author{ID: a.ID, Handle: clip(a.handle(), 512), Name: name, AvatarURL: a.Avatar, URL: a.URL}
}

type attachment struct {
	ID      string `json:"id,omitempty"`
	Type    string `json:"type"`
	URL     string `json:"url"`
	Preview string `json:"preview_url,omitempty"`
	Alt     string `json:"description,omitempty"`
}

type mention struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

type status struct {
	ID         string       `json:"id"`
	URL        string       `json:"url"`
	Created    string       `json:"created_at"`
	Edited     string       `json:"edited_at,omitempty"`
	Parent     string       `json:"in_reply_to_id,omitempty"`
	ParentOf   string       `json:"in_reply_to_account_id,omitempty"`
	Visibility string       `json:"visibility"`
	Spoiler    string       `json:"spoiler_text,omitempty"`
	Sensitive  bool         `json:"sensitive,omitempty"`
	Language   string       `json:"language,omitempty"`
	Poll       *struct{}    `json:"poll,omitempty"`
	Content    string       `json:"content"`
	Account    account      `json:"account"`
	Files      []attachment `json:"media_attachments,omitempty"`
	Mentions   []mention    `json:"mentions,omitempty"`
	Likes      *int64       `json:"favourites_count,omitempty"`
	Replies    *int64       `json:"replies_count,omitempty"`
	Reposts    *int64       `json:"reblogs_count,omitempty"`
	Quotes     *int64       `json:"quotes_count,omitempty"`
	Quote      *quote       `json:"quote,omitempty"`
	Approval   *approval    `json:"quote_approval,omitempty"`
}

// lean keeps of a status what we read, each in bounds; counts are not news.
func (s status) lean() status {
	kept := status{ID: clip(s.ID, 64), URL: clip(s.URL, 2048), Created: clip(s.Created, 64), Edited: clip(s.Edited, 64), Parent: clip(s.Parent, 64),
		ParentOf: clip(s.ParentOf, 64), Visibility: clip(s.Visibility, 32), Spoiler: clip(s.Spoiler, 4096), Content: clip(s.Content, 8*textMost), Account: s.Account.lean()}
	for _, f := range s.Files[:min(len(s.Files), 32)] {
		kept.Files = append(kept.Files, attachment{clip(f.ID, 64), clip(f.Type, 32), clip(f.URL, 2048), clip(f.Preview, 2048), clip(f.Alt, 8000)})
	}
	for _, m := range s.Mentions[:min(len(s.Mentions), 64)] {
		kept.Mentions = append(kept.Mentions, mention{clip(m.ID, 64), clip(m.Username, 256)})
	}
	return kept
}

// text is what the status says, without those to whom it is addressed.
func (s status) text(us string) (string, bool) {
	said, cut := plain(s.Content)
	var names []string
	for _, m := range s.Mentions {
		if m.ID == us || m.ID == s.ParentOf {
			names = append(names, m.Username)
		}
	}
	said = unaddressed(said, names...)
	if warn := strings.TrimSpace(s.Spoiler); warn != "" {
		said = strings.TrimSpace(warn + "\n\n" + said)
	}
	return said, cut
}

func (s status) attachments() []network.Attachment {
	var all []network.Attachment
	for _, f := range s.Files {
		kind, address := f.Type, f.URL
		switch kind {
		case "image", "video", "audio":
		case "gifv":
			kind = "video"
		default:
			kind = "other"
		}
		if address == "" {
			address = f.Preview
		}
		if address != "" {
			all = append(all, network.Attachment{Type: kind, URL: address, Alt: f.Alt})
		}
	}
	return all
}

// extra is what a Ref of ours remembers besides the id.
type extra struct {
	Visibility string `json:"v,omitempty"`
	Author     string `json:"a,omitempty"` // the id of who wrote it
	Acct       string `json:"n,omitempty"` // how they are addressed
}

func readExtra(ref *network.Ref) extra {
	var e extra
	if ref != nil && len(ref.Extra) > 0 {
		_ = json.Unmarshal(ref.Extra, &e) // what is not there is asked for
	}
	return e
}

func (s status) ref() network.Ref {
	data, err := json.Marshal(extra{s.Visibility, s.Account.ID, s.Account.Acct})
	if err != nil {
		panic(err) // strings alone
	}
	return network.Ref{ID: s.ID, URL: s.URL, Extra: data}
}
