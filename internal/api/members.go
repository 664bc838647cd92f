package api

import (
	"context"
	"slices"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
)

// Member is a person in the workspace.
type Member struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Email    string      `json:"email"`
	Role     access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Channels []string    `json:"channels" doc:"The channels they are limited to, as far as whoever asks sees them; null = all."`
	LastSeen *time.Time  `json:"last_seen"`
}

// MemberChange gives a member a role and channels.
type MemberChange struct {
	Role     access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Channels []string    `json:"channels" maxItems:"1000" doc:"null = all."`
}

func (d *Door) members() {
	read(d, route{id: "GET /members", name: "listMembers", verb: access.Read, summary: "The people of the workspace"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, _ *none) (Page[Member], error) {
			all, err := team.Members(ctx, tx, by.Workspace)
			for i, m := range all { // that there are other channels is not told; an empty list stays one: it is not all of them
				all[i].Channels = slices.DeleteFunc(m.Channels, func(c string) bool { return !by.Sees(c) })
			}
			return Page[Member]{Items: each(all, memberOf)}, err
		})
	write(d, route{id: "PATCH /members/{id}", name: "changeMember", verb: access.Team, summary: "Change role and channels"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *with[MemberChange]) (Member, error) {
			if err := ownChannels(ctx, tx, by, in.Body.Channels); err != nil {
				return Member{}, err
			}
			m, err := team.ChangeMember(ctx, tx, by, in.ID, in.Body.Role, in.Body.Channels)
			return memberOf(m), err
		})
	write(d, route{id: "DELETE /members/{id}", name: "removeMember", verb: access.Team, summary: "Remove from the workspace"},
		func(ctx context.Context, tx *store.Tx, by access.Actor, in *byID) (nothing, error) {
			return nothing{}, team.RemoveMember(ctx, tx, by, in.ID)
		})
	d.invitations()
}

func memberOf(m team.Member) Member {
	return Member{m.ID, m.Name, m.Email, m.Role, m.Channels, when(m.LastSeen)}
}

// ownChannels refuses rights on channels that this workspace does not have.
func ownChannels(ctx context.Context, tx *store.Tx, by access.Actor, ids []string) error {
	for _, id := range ids {
		if _, err := channel.Get(ctx, tx, by.Workspace, id); err != nil {
			return err
		}
	}
	return nil
}
