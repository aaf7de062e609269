#include "go_asm.h"
#include "textflag.h"

// LOOK adds 16 bytes to what was found.
#define LOOK(at) \
	MOVOU at(SI), X7; \
	PMAXUB X7, X3; /* the greatest in the block */ \
	PMINUB X7, X4; /* the least */ \
	PCMPEQB X1, X7; \
	POR X7, X5 /* escapes */

// COUNT counts those above ASCII among 16 bytes, a byte of a sum for each place, and
// puts a bit for each above 0xBF in front of those of the bytes behind.
#define COUNT(at) \
	MOVOU at(SI), X7; \
	MOVO X7, X8; \
	PXOR X9, X9; \
	PCMPGTB X7, X9; \
	PSUBB X9, X11; \
	PCMPGTB X10, X8; \
	PAND X9, X8; \
	PSUBB X8, X12; \
	PMOVMSKB X8, BX; \
	SHLQ $16, AX; \
	ORQ BX, AX

// func surveyBlocks(p *byte, blocks int, c *census)
TEXT ·surveyBlocks(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), DX
	MOVQ c+16(FP), DI
	MOVQ $0x1B1B1B1B1B1B1B1B, AX
	MOVQ AX, X1
	PUNPCKLQDQ X1, X1
	MOVQ $0x7D7D7D7D7D7D7D7D, AX
	MOVQ AX, X2
	PUNPCKLQDQ X2, X2
	MOVQ $0xBFBFBFBFBFBFBFBF, AX
	MOVQ AX, X10
	PUNPCKLQDQ X10, X10
	PCMPEQB X4, X4
	PXOR X5, X5
	PXOR X6, X6 // the greatest in blocks of ASCII
	PXOR X13, X13 // high
	PXOR X14, X14 // leads
	XORQ R8, R8 // any block with a high bit
	XORQ R9, R9 // pairs
	MOVQ census_near(DI), R10

block:
	PXOR X3, X3
	LOOK(0)
	LOOK(16)
	LOOK(32)
	LOOK(48)
	PMOVMSKB X3, AX
	TESTQ AX, AX
	JNZ high
	PMAXUB X3, X6
	XORQ R10, R10

next:
	ADDQ $64, SI
	DECQ DX
	JNZ block

	PXOR X0, X0
	PCMPEQB X0, X4
	MOVQ R8, AX
	PMOVMSKB X4, BX
	SHLQ $16, BX
	ORQ BX, AX
	PMOVMSKB X5, BX
	SHLQ $32, BX
	ORQ BX, AX
	PCMPGTB X2, X6
	PMOVMSKB X6, BX
	SHLQ $48, BX
	ORQ BX, AX
	ORQ AX, census_found(DI)
	ORQ R9, census_pairs(DI)
	MOVQ R10, census_near(DI)
	MOVQ X13, AX
	PSRLO $8, X13
	MOVQ X13, BX
	ADDQ BX, AX
	ADDQ AX, census_high(DI)
	MOVQ X14, AX
	PSRLO $8, X14
	MOVQ X14, BX
	ADDQ BX, AX
	ADDQ AX, census_leads(DI)
	RET

high:
	ORQ AX, R8
	PXOR X11, X11
	PXOR X12, X12
	XORQ AX, AX
	COUNT(48)
	COUNT(32)
	COUNT(16)
	COUNT(0)
	PXOR X0, X0
	PSADBW X0, X11
	PADDQ X11, X13
	PSADBW X0, X12
	PADDQ X12, X14
	MOVQ AX, BX
	SHLQ $2, BX
	ORQ R10, BX
	ANDQ AX, BX
	ORQ BX, R9
	SHRQ $62, AX
	MOVQ AX, R10
	JMP next

// func highInBlocks(p *byte, blocks int) int
TEXT ·highInBlocks(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ SI, DI

pair:
	MOVOU (SI), X0
	MOVOU 16(SI), X1
	PMOVMSKB X0, AX
	PMOVMSKB X1, BX
	SHLL $16, BX
	ORL BX, AX
	JNZ found
	ADDQ $32, SI
	DECQ CX
	JNZ pair
	SUBQ DI, SI
	MOVQ SI, ret+16(FP)
	RET

found:
	BSFL AX, AX
	SUBQ DI, SI
	ADDQ SI, AX
	MOVQ AX, ret+16(FP)
	RET
