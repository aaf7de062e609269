#include "textflag.h"

// Both functions make five words of 64 bytes: R8 ends of cells, R9 quotes, R10 ends of
// rows, R11 bytes that are not printable (below the first that is, as signed numbers), R12
// those that are not ASCII. X0 to X3, or Y0 to Y3, hold the delimiter, the quotechar, LF and
// the first printable character in every byte.

#define ARGUMENTS \
	MOVQ s+0(FP), SI; \
	MOVQ n+8(FP), DX; \
	MOVQ ends+32(FP), DI; \
	MOVQ words+40(FP), R13; \
	XORQ R14, R14; /* quotes, or-ed */ \
	XORQ R15, R15 /* what is not ASCII, or-ed */

#define STORE \
	MOVQ R8, (DI); \
	MOVQ R10, 8(DI); \
	MOVQ R9, (R13); \
	MOVQ R11, 8(R13); \
	MOVQ R12, 16(R13); \
	ORQ R9, R14; \
	ORQ R12, R15

#define NEXT \
	ADDQ $64, SI; \
	ADDQ $16, DI; \
	ADDQ $24, R13; \
	SUBQ $64, DX; \
	CMPQ DX, $64

// LAST drops of a block that ends with the text what is done.
#define LAST \
	MOVQ $64, CX; \
	SUBQ DX, CX; \
	SHRQ CX, R8; \
	SHRQ CX, R9; \
	SHRQ CX, R10; \
	SHRQ CX, R11; \
	SHRQ CX, R12

#define RESULTS \
	MOVQ R14, quotes+48(FP); \
	MOVQ R15, high+56(FP)

// LOOK compares 16 bytes.
#define LOOK(at) \
	MOVOU at(SI), X7; \
	MOVO X7, X8; \
	MOVO X7, X9; \
	MOVO X3, X10; \
	MOVO X7, X11; \
	PCMPGTB X7, X10; \
	PCMPEQB X0, X7; \
	PCMPEQB X1, X8; \
	PCMPEQB X2, X9; \
	POR X9, X7

// TAKE puts what was found into a word, from a bit on.
#define TAKE(found, bit, word) \
	PMOVMSKB found, AX; \
	SHLQ $bit, AX; \
	ORQ AX, word

#define ADD(bit) \
	TAKE(X7, bit, R8); \
	TAKE(X8, bit, R9); \
	TAKE(X9, bit, R10); \
	TAKE(X10, bit, R11); \
	TAKE(X11, bit, R12)

#define BLOCK16 \
	LOOK(0); \
	PMOVMSKB X7, R8; \
	PMOVMSKB X8, R9; \
	PMOVMSKB X9, R10; \
	PMOVMSKB X10, R11; \
	PMOVMSKB X11, R12; \
	LOOK(16); \
	ADD(16); \
	LOOK(32); \
	ADD(32); \
	LOOK(48); \
	ADD(48)

// func markTextSSE2(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64)
TEXT ·markTextSSE2(SB), NOSPLIT, $0-64
	ARGUMENTS
	MOVQ delimiter+16(FP), X0
	PUNPCKLQDQ X0, X0
	MOVQ quotechar+24(FP), X1
	PUNPCKLQDQ X1, X1
	MOVQ $0x0A0A0A0A0A0A0A0A, AX
	MOVQ AX, X2
	PUNPCKLQDQ X2, X2
	MOVQ $0x2121212121212121, AX
	MOVQ AX, X3
	PUNPCKLQDQ X3, X3

block:
	BLOCK16
	STORE
	NEXT
	JGE block
	TESTQ DX, DX
	JEQ done
	LEAQ -64(SI)(DX*1), SI
	BLOCK16
	LAST
	STORE

done:
	RESULTS
	RET

// WORD makes a word of what was found in two times 32 bytes.
#define WORD(first, second, word) \
	VPMOVMSKB first, word; \
	VPMOVMSKB second, AX; \
	SHLQ $32, AX; \
	ORQ AX, word

#define BLOCK32 \
	VMOVDQU (SI), Y4; \
	VMOVDQU 32(SI), Y5; \
	WORD(Y4, Y5, R12); \
	VPCMPEQB Y4, Y2, Y6; \
	VPCMPEQB Y5, Y2, Y7; \
	WORD(Y6, Y7, R10); \
	VPCMPEQB Y4, Y0, Y6; \
	VPCMPEQB Y5, Y0, Y7; \
	WORD(Y6, Y7, R8); \
	ORQ R10, R8; \
	VPCMPEQB Y4, Y1, Y6; \
	VPCMPEQB Y5, Y1, Y7; \
	WORD(Y6, Y7, R9); \
	VPCMPGTB Y4, Y3, Y6; \
	VPCMPGTB Y5, Y3, Y7; \
	WORD(Y6, Y7, R11)

// func markTextAVX2(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64)
TEXT ·markTextAVX2(SB), NOSPLIT, $0-64
	ARGUMENTS
	VPBROADCASTQ delimiter+16(FP), Y0
	VPBROADCASTQ quotechar+24(FP), Y1
	MOVQ $0x0A0A0A0A0A0A0A0A, AX
	VMOVQ AX, X2
	VPBROADCASTQ X2, Y2
	MOVQ $0x2121212121212121, AX
	VMOVQ AX, X3
	VPBROADCASTQ X3, Y3

block:
	BLOCK32
	STORE
	NEXT
	JGE block
	TESTQ DX, DX
	JEQ done
	LEAQ -64(SI)(DX*1), SI
	BLOCK32
	LAST
	STORE

done:
	VZEROUPPER
	RESULTS
	RET
