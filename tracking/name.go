package tracking

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

var adjectives = strings.Fields(`able agile amber ample apt ardent azure bold brave bright brisk calm candid capable
	careful cheerful civil clean clear clever cosmic crisp curious daring deft dapper eager early earnest easy
	electric even exact fair fancy fast fearless fine firm fleet fluent fond frank fresh gentle glad golden good grand
	happy hardy honest humble jolly keen kind light likable lively loud lucky mellow merry mighty modest neat nimble
	noble orderly patient placid plucky polite proud pure quick quiet rapid rare ready robust round serene sharp silent
	silver sincere skillful smart smooth sober solid spry steady stoic sturdy subtle sunny swift tidy tranquil trusty
	upbeat valiant vivid warm welcome wise witty worthy young zesty`)

var nouns = strings.Fields(`alder ant asp auk badger bass bear beaver bee birch bison bittern boar bream bug carp cat
	cedar cod colt conch cow crab crane cricket crow cub deer doe dog dolphin dove drake duck eagle eel elk elm falcon
	fawn finch fir fish flea foal fowl fox frog gnat gnu goat goose grouse grub gull hare hawk hen heron hog horse
	hound ibex jay kid kite koi lamb lark larch linnet lion loon lynx mare marten mink mole moose moth mouse mule newt
	otter owl ox panda perch pike pine plover pony pug quail ram rat raven robin rook roan seal shad sheep shrew shrike
	skink slug snail snipe sow spruce squid stag stoat stork swan tern thrush toad trout turtle vole wasp whale willow
	wolf wren yak yew zebra`)

// generateName makes a name that people can tell from others and say aloud. It
// need not be unique.
func generateName() string {
	return adjectives[rand.IntN(len(adjectives))] + "-" + nouns[rand.IntN(len(nouns))] + "-" + strconv.Itoa(rand.IntN(1000))
}
