#include "textflag.h"

// LOOK adds 16 bytes to what was found.
#define LOOK(at) \
	MOVOU at(SI), X7; \
	POR X7, X3; /* the high bit of any */ \
	PMINUB X7, X4; /* the least */ \
	MOVO X7, X8; \
	PCMPEQB X1, X7; \
	POR X7, X5; /* escapes */ \
	PCMPEQB X2, X8; \
	POR X8, X6 /* tildes */

// func surveyBlocks(p *byte, blocks int) found
TEXT ·surveyBlocks(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ blocks+8(FP), DX
	MOVQ $0x1B1B1B1B1B1B1B1B, AX
	MOVQ AX, X1
	PUNPCKLQDQ X1, X1
	MOVQ $0x7E7E7E7E7E7E7E7E, AX
	MOVQ AX, X2
	PUNPCKLQDQ X2, X2
	PXOR X3, X3
	PCMPEQB X4, X4
	PXOR X5, X5
	PXOR X6, X6

block:
	LOOK(0)
	LOOK(16)
	LOOK(32)
	LOOK(48)
	ADDQ $64, SI
	DECQ DX
	JNZ block

	PXOR X0, X0
	PCMPEQB X0, X4
	PMOVMSKB X3, AX
	PMOVMSKB X4, BX
	SHLQ $16, BX
	ORQ BX, AX
	PMOVMSKB X5, BX
	SHLQ $32, BX
	ORQ BX, AX
	PMOVMSKB X6, BX
	SHLQ $48, BX
	ORQ BX, AX
	MOVQ AX, ret+16(FP)
	RET
