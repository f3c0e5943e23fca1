// Package layers holds no code: its test keeps the imports between packages
// in the order that the design gives them.
package layers
