module github.com/feedparity/feedparity/.ci/detectpeers

go 1.26.0

require (
	github.com/feedparity/feedparity v0.0.0
	github.com/gogs/chardet v0.0.0-20211120154057-b7413eaefb8f
	github.com/saintfish/chardet v0.0.0-20230101081208-5e3ef4b5456d
	github.com/wlynxg/chardet v1.0.5
)

require github.com/klauspost/compress v1.20.4 // indirect

replace github.com/feedparity/feedparity => ../..
