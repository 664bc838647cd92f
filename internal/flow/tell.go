package flow

import "github.com/kithhq/kith/internal/store"

// Tell lets a door that changed a single room say so to open screens.
func (h *House) Tell(tx *store.Tx, workspace, topic, id string) { h.tell(tx, workspace, topic, id) }
