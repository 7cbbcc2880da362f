package token

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Command is a parsed command line of get-token.
type Command struct {
	Request
	CacheDir  string
	Store     string        // one of Stores
	Timeout   time.Duration // for one answer; 0 is the default
	ShowToken bool
	Verbosity int
	// Overruled are the environment variables that a flag won over: other
	// credential plugins would have used them.
	Overruled []string
}

// ErrHelp is returned when the command line asks for help.
var ErrHelp = errors.New("help wanted")

// Parse reads get-token's arguments (without the command's name) and the
// environment. Flags win over the environment, always. Errors tell what is
// wrong with the command line; a value is quoted only where it cannot be a
// secret.
func Parse(args []string, getenv func(string) string) (Command, error) {
	given, err := scan(args)
	if err != nil {
		return Command{}, err
	}
	v, overruled := merge(given, getenv)
	c := Command{CacheDir: v["cache-dir"], ShowToken: v["show-token"] == "true", Overruled: overruled}
	if c.Method, err = chooseMethod(given, getenv); err != nil {
		return Command{}, err
	}
	if c.Store, err = FindStore(v["token-store"]); err != nil {
		return Command{}, err
	}
	if c.Verbosity, err = number(v["verbosity"]); err != nil {
		return Command{}, err
	}
	if c.Timeout, err = duration(v["timeout"]); err != nil {
		return Command{}, err
	}
	if c.Request, err = newRequest(c.Method, v, getenv); err != nil {
		return Command{}, err
	}
	return c, nil
}

type values map[string]string

// scan reads flags as pflag does: --name=value, --name value, -n value,
// -nvalue, -n=value; the last of several wins.
func scan(args []string) (values, error) {
	v := values{}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--help" || arg == "-h" {
			return nil, ErrHelp
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		f, known := findFlag(name)
		if !strings.HasPrefix(arg, "--") {
			if len(arg) < 2 || arg[0] != '-' {
				return nil, fmt.Errorf("unexpected argument: every value belongs to a flag (%d arguments before the end)", len(args)+1)
			}
			f, known = findShorthand(arg[1:2])
			value, hasValue = strings.TrimPrefix(arg[2:], "="), len(arg) > 2
		}
		switch {
		case !known:
			return nil, fmt.Errorf("unknown flag: %s", flagName(arg))
		case hasValue:
		case f.Value == "":
			value = "true"
		case len(args) == 0:
			return nil, fmt.Errorf("flag needs an argument: %s", flagName(arg))
		default:
			value, args = args[0], args[1:]
		}
		if f.Value == "" {
			b, err := strconv.ParseBool(value)
			if err != nil {
				return nil, fmt.Errorf("--%s is a switch: true or false, not %q", f.Name, value)
			}
			value = strconv.FormatBool(b)
		}
		v[f.Name] = value
	}
	return v, nil
}

// flagName leaves out the value: it may be a secret under a misspelt name.
func flagName(arg string) string {
	name, _, _ := strings.Cut(arg, "=")
	return safetext.Clean(name)
}

// merge fills in from the environment what the command line leaves open.
func merge(given values, getenv func(string) string) (values, []string) {
	v, overruled := values{}, []string(nil)
	for _, f := range flags {
		value, isGiven := given[f.Name]
		if isGiven {
			v[f.Name] = value
		}
		for _, name := range f.variables(given, getenv) {
			e := getenv(name)
			switch {
			case e == "":
			case isGiven && e != value:
				overruled = append(overruled, name)
			case v[f.Name] == "" && !isGiven:
				v[f.Name] = e
			}
		}
	}
	for _, r := range rivals {
		if names := r.outdone(given, getenv); names != nil {
			delete(v, r.loser)
			overruled = append(overruled, names...)
		}
	}
	return v, overruled
}

func number(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("-v needs a number, not %q", s)
	}
	return n, nil
}

func duration(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("--timeout needs a duration such as 10s, not %q", s)
	}
	return d, nil
}
