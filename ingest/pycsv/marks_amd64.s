#include "textflag.h"

// LOOK compares 16 bytes and leaves what they are in X7 to X10.
#define LOOK(at) \
	MOVOU at(SI), X7; \
	POR X7, X6; \
	MOVO X7, X8; \
	MOVO X7, X9; \
	MOVO X3, X10; \
	PCMPGTB X7, X10; /* not printable: below, as a signed number */ \
	PCMPEQB X0, X7; /* delimiters */ \
	PCMPEQB X1, X8; /* quotes */ \
	PCMPEQB X2, X9; /* newlines */ \
	POR X9, X7; \
	POR X8, X5

// ADD puts that into the words, from a bit on.
#define ADD(bit) \
	PMOVMSKB X7, AX; \
	PMOVMSKB X8, BX; \
	PMOVMSKB X9, CX; \
	PMOVMSKB X10, R12; \
	SHLQ $bit, AX; \
	ORQ AX, R8; \
	SHLQ $bit, BX; \
	ORQ BX, R9; \
	SHLQ $bit, CX; \
	ORQ CX, R10; \
	SHLQ $bit, R12; \
	ORQ R12, R11

// BLOCK makes the words of 64 bytes: ends of cells, quotes, ends of rows, bare ones.
#define BLOCK \
	LOOK(0); \
	PMOVMSKB X7, R8; \
	PMOVMSKB X8, R9; \
	PMOVMSKB X9, R10; \
	PMOVMSKB X10, R11; \
	LOOK(16); \
	ADD(16); \
	LOOK(32); \
	ADD(32); \
	LOOK(48); \
	ADD(48)

#define STORE \
	MOVQ R8, (DI); \
	MOVQ R10, 8(DI); \
	MOVQ R9, (R13); \
	MOVQ R11, 8(R13)

// func markText(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (seen uint64)
TEXT ·markText(SB), NOSPLIT, $0-56
	MOVQ s+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ delimiter+16(FP), X0
	PUNPCKLQDQ X0, X0
	MOVQ quotechar+24(FP), X1
	PUNPCKLQDQ X1, X1
	MOVQ ends+32(FP), DI
	MOVQ words+40(FP), R13
	MOVQ $0x0A0A0A0A0A0A0A0A, AX
	MOVQ AX, X2             // newlines
	PUNPCKLQDQ X2, X2
	MOVQ $0x2121212121212121, AX
	MOVQ AX, X3             // the first printable character
	PUNPCKLQDQ X3, X3
	PXOR X5, X5             // quotes seen
	PXOR X6, X6             // all bytes, or-ed

block:
	BLOCK
	STORE
	ADDQ $64, SI
	ADDQ $16, DI
	ADDQ $16, R13
	SUBQ $64, DX
	CMPQ DX, $64
	JGE block

	TESTQ DX, DX
	JEQ done
	LEAQ -64(SI)(DX*1), SI  // the last 64 bytes, of which some are done
	BLOCK
	MOVQ $64, CX
	SUBQ DX, CX
	SHRQ CX, R8
	SHRQ CX, R9
	SHRQ CX, R10
	SHRQ CX, R11
	STORE

done:
	PMOVMSKB X5, AX
	PMOVMSKB X6, BX
	SHLQ $16, BX
	ORQ BX, AX
	MOVQ AX, seen+48(FP)
	RET
