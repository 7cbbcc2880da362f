package setup

import "slices"

// Undo returns the plan backwards: the Undo of every step that has one, each
// after the Undo of everything that was built on it.
func Undo(steps []Step) []Step {
	byID := map[string]Step{}
	for _, s := range steps {
		byID[s.ID] = s
	}
	var undo []Step
	for _, s := range slices.Backward(steps) {
		if s.Undo == nil {
			continue
		}
		back := Step{ID: s.ID, Make: *s.Undo}
		for _, other := range steps {
			if other.Undo != nil && other.ID != s.ID && reaches(byID, other, s.ID, map[string]bool{}) {
				back.Needs = append(back.Needs, other.ID)
			}
		}
		undo = append(undo, back)
	}
	return undo
}

// reaches reports whether s needs id, directly or through others.
func reaches(byID map[string]Step, s Step, id string, seen map[string]bool) bool {
	for _, need := range s.Needs {
		if need == id {
			return true
		}
		if !seen[need] {
			seen[need] = true
			if reaches(byID, byID[need], id, seen) {
				return true
			}
		}
	}
	return false
}
