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

// func markBlocks(s *byte, blocks int, delimiter, quotechar uint64, words *marks) (seen uint64)
TEXT ·markBlocks(SB), NOSPLIT, $0-48
	MOVQ s+0(FP), SI
	MOVQ blocks+8(FP), DX
	MOVQ delimiter+16(FP), X0
	PUNPCKLQDQ X0, X0
	MOVQ quotechar+24(FP), X1
	PUNPCKLQDQ X1, X1
	MOVQ words+32(FP), DI
	MOVQ $0x0A0A0A0A0A0A0A0A, AX
	MOVQ AX, X2             // newlines
	PUNPCKLQDQ X2, X2
	MOVQ $0x2121212121212121, AX
	MOVQ AX, X3             // the first printable character
	PUNPCKLQDQ X3, X3
	PXOR X5, X5             // quotes seen
	PXOR X6, X6             // all bytes, or-ed

block:
	LOOK(0)
	PMOVMSKB X7, R8
	PMOVMSKB X8, R9
	PMOVMSKB X9, R10
	PMOVMSKB X10, R11
	LOOK(16)
	ADD(16)
	LOOK(32)
	ADD(32)
	LOOK(48)
	ADD(48)
	MOVQ R8, (DI)
	MOVQ R9, 8(DI)
	MOVQ R10, 16(DI)
	MOVQ R11, 24(DI)
	ADDQ $64, SI
	ADDQ $32, DI
	DECQ DX
	JNZ block

	PMOVMSKB X5, AX
	PMOVMSKB X6, BX
	SHLQ $16, BX
	ORQ BX, AX
	MOVQ AX, seen+40(FP)
	RET
