package instagram

import (
	"context"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
)

// heart is how we like a message: the one reaction that Meta documents for Instagram.
const heart = "love"

// Like reacts to a private message with a heart, or takes it back. Of what is public no
// program can like anything.
func (d *Driver) Like(ctx context.Context, conn network.Conn, ref network.Ref, on bool) error {
	to := readExtra(&ref).To
	if to == "" {
		return fault.New(fault.Invalid, "Instagram lets no program like posts or comments.").WithHint("Answer the comment, or like it in Instagram.")
	}
	if !graph.Known.MatchString(ref.ID) || !graph.Object.MatchString(to) {
		return fault.New(fault.Invalid, "This is nothing on Instagram that one could react to.")
	}
	s, err := d.open(conn)
	if err != nil {
		return err
	}
	sign := ""
	if on {
		sign = heart
	}
	err = s.client(s.keys).React(ctx, s.send, s.keys.inbox(conn), to, ref.ID, sign)
	if tooLate(err) {
		err = fault.Wrap(fault.Invalid, err, "Instagram takes no reaction any more: the time in which one may write to this person is over.").
			WithHint("Wait until they write again.")
	}
	return err
}
