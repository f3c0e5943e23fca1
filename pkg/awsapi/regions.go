package awsapi

import (
	"regexp"
	"slices"
)

var regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$`)

// regions are those that AWS has opened, from its list of regions and
// endpoints. One that is missing works once a setting names it.
var regions = []string{
	"af-south-1",
	"ap-east-1", "ap-east-2",
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
	"ap-south-1", "ap-south-2",
	"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"ca-central-1", "ca-west-1",
	"cn-north-1", "cn-northwest-1",
	"eu-central-1", "eu-central-2",
	"eu-north-1",
	"eu-south-1", "eu-south-2",
	"eu-west-1", "eu-west-2", "eu-west-3",
	"eusc-de-east-1",
	"il-central-1",
	"me-central-1", "me-south-1",
	"mx-central-1",
	"sa-east-1",
	"us-east-1", "us-east-2",
	"us-gov-east-1", "us-gov-west-1",
	"us-west-1", "us-west-2",
}

// Regions lists the regions that can be asked: AWS's own and those the settings
// name, sorted.
func (s *Sessions) Regions() []string { return slices.Clone(s.regions) }

// regions are AWS's own and those that settings name.
func (set Settings) regions() []string {
	all := append(slices.Clone(regions), set.DefaultRegion)
	for _, a := range set.Accounts {
		all = append(all, a.Regions...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(r string) bool { return r == "" })
}

// region fills in the default and refuses what is no region.
func (s *Sessions) region(name string) (string, error) {
	if name == "" || name == "default" {
		name = s.set.DefaultRegion
	}
	if name == "" {
		return "", &BadRequest{Message: "no region: the query names none and the data source has no default region"}
	}
	if _, known := slices.BinarySearch(s.regions, name); !known {
		return "", &NoSuchRegion{Region: name}
	}
	return name, nil
}
