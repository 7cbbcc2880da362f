// Package setup runs plans: graphs of steps, each of which looks at what is
// there before it does anything, so that a plan can be shown first, run again,
// and gone on with after an interruption, without a record of its own. It knows
// no service: what a step does is in the rooms above it.
package setup

import (
	"context"
)

// Step is one thing that a plan makes sure of.
type Step struct {
	ID    string
	Needs []string // ids of the steps that come first
	Make  Action
	// Undo takes away what Make made, and nothing that somebody else made; nil:
	// there is nothing to take away.
	Undo *Action
}

// Action is one direction of a step. Both functions may be called again at any
// time and must lead to the same end.
type Action struct {
	Title string // what it does, in the imperative: "create resource group dev"
	Note  string // what a person should know before agreeing
	Risk  Risk
	// Quiet keeps the action out of what is shown while it has nothing to do.
	Quiet bool
	// Check looks, changes nothing and leaves what it saw in the facts. What it
	// reports as Done is not done again.
	Check func(ctx context.Context) (Finding, error)
	// Do does what Check found missing; nil for actions that only look.
	Do    func(ctx context.Context) error
	Retry Retry // the zero value never tries again
}

// Risk says why a person might want to think twice.
type Risk string

// The risks of an action.
const (
	Safe       Risk = ""
	Costs      Risk = "costs"      // is billed from then on
	Privileged Risk = "privileged" // gives somebody power
	Deletes    Risk = "deletes"    // cannot be taken back
)

// State is what an action found.
type State string

// The states. An action that cannot know yet, because what it builds on is
// missing, says Missing.
const (
	Missing State = "missing" // to be done from the start
	Differs State = "differs" // there and ours, but not as wanted
	Done    State = "done"    // nothing to do
)

// Finding is a state and what was seen.
type Finding struct {
	State  State
	Detail string
}

// AllDone is the finding of what is as wanted.
func AllDone(detail string) (Finding, error) { return Finding{Done, detail}, nil }

// ToDo is the finding of what is not there.
func ToDo(detail string) (Finding, error) { return Finding{Missing, detail}, nil }

// ToChange is the finding of what is there and is not as wanted.
func ToChange(detail string) (Finding, error) { return Finding{Differs, detail}, nil }
