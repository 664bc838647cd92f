package flow

import (
	"context"
	"strconv"
	"strings"

	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/store"
)

// An answer carries files of the workspace, as its network takes them. Where a
// network sends a file without words, or one file at a time, the answer becomes several
// messages, kept in one transaction; each of them is sent, looked for and settled for
// itself, and none before the one in front of it.

// answering are the limits of an answer in a conversation.
func answering(ch channel.Channel, c inbox.Conversation, private bool) network.Limits {
	direct := c.Kind == network.InDirect
	l := ch.Limits.Answering(private || direct)
	if l.Media.Direct && !direct {
		l.Media = network.MediaLimit{}
	}
	return l
}

// enclose makes the messages that an answer becomes, and holds them against what
// the network takes.
func (h *House) enclose(ctx context.Context, tx *store.Tx, ch channel.Channel, c inbox.Conversation, body string, private bool, files []publish.Attached) ([]network.Part, []network.Problem, error) {
	known, _, err := described(ctx, tx, ch.Workspace, files)
	if fault.Is(err, fault.NotFound) {
		err = FileGone()
	}
	if err != nil {
		return nil, nil, err
	}
	if len(files) > 0 {
		if _, err := able[network.Replier](h, ch, network.ActReplyFiles); err != nil {
			return nil, nil, err
		}
	}
	l := answering(ch, c, private)
	if len(files) > 0 && l.Media.Fetched && h.Address == nil {
		_, err := h.address(ch.Workspace, files[0].ID)
		return nil, nil, err
	}
	if most := l.Media.Several; most > 0 && len(known) > most {
		return nil, []network.Problem{network.TooMany(len(known), most)}, nil
	}
	parts := l.Apart(network.Part{Text: body, Media: known})
	var problems []network.Problem
	first := 0 // of the files of a part, among those of the answer
	for _, p := range parts {
		for _, q := range l.CheckParts([]network.Part{p}) {
			q.File += first
			problems = append(problems, q)
		}
		first += len(p.Media)
	}
	if len(parts) > 1 && private && c.Kind != network.InDirect && h.once(ch.Network) {
		problems = append(problems, network.Problem{Level: "error", Field: "text", Key: "one_message", Text: "One private message is all that this network sends here, and a file is one by itself.", Hint: "Send the file, or the words."})
	}
	return parts, problems, nil
}

// FileGone is said of a file that an answer names and that is not there, or not for
// whoever answers.
func FileGone() error {
	return fault.New(fault.Invalid, "A file of this answer is not here any more.").On("media").WithHint("Attach it again.")
}

// once says whether a network lets one write in private a single time to somebody
// who spoke in public.
func (h *House) once(name network.Name) bool {
	d, err := h.Networks.Get(name)
	if err != nil {
		return false
	}
	for _, w := range d.Profile().Windows {
		if w.Kind == network.InPrivateReply && w.Once {
			return true
		}
	}
	return false
}

// refused is the first of the problems that keep an answer from being sent. It
// names the file that it is about.
func refused(problems []network.Problem, files []publish.Attached) error {
	for _, p := range problems {
		if p.Level != "error" {
			continue
		}
		field := p.Field
		if len(files) > 1 && (field == "media" || field == "alt") {
			field += "." + strconv.Itoa(p.File)
		}
		return fault.New(fault.Invalid, "%s", p.Text).On(field).WithHint("%s", p.Hint)
	}
	return nil
}

// attachedTo are the files of a part as the inbox keeps them.
func attachedTo(p network.Part) []network.Attachment {
	var all []network.Attachment
	for _, m := range p.Media {
		kind, _, _ := strings.Cut(m.Type, "/")
		if kind == "application" {
			kind = "other"
		}
		all = append(all, network.Attachment{Type: kind, File: m.ID, Name: m.Name, Alt: m.Alt})
	}
	return all
}

// enclosed are the files of an answer of ours, as they are opened.
func (h *House) enclosed(ctx context.Context, tx *store.Tx, m inbox.Message) ([]network.Media, error) {
	var files []publish.Attached
	for _, a := range m.Media {
		if a.File != "" {
			files = append(files, publish.Attached{ID: a.File, Alt: a.Alt})
		}
	}
	all, keys, err := described(ctx, tx, m.Workspace, files)
	return h.openable(ctx, m.Workspace, all, keys), err
}
