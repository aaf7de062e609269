#include "textflag.h"

// SSE2 is part of every amd64, so that nothing need be asked of the processor.

// func mark(s *byte, n int, delimiter, quotechar uint64, delimiters, quotes *uint64) (seen uint64)
TEXT ·mark(SB), NOSPLIT, $0-56
	MOVQ s+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ delimiter+16(FP), X0
	PUNPCKLQDQ X0, X0
	MOVQ quotechar+24(FP), X1
	PUNPCKLQDQ X1, X1
	MOVQ delimiters+32(FP), DI
	MOVQ quotes+40(FP), R8
	PXOR X2, X2             // quotes seen
	PXOR X3, X3             // all bytes, or-ed
	XORQ R9, R9             // the masks in the making: of delimiters
	XORQ R13, R13           // and of quotes
	XORQ CX, CX             // how many bits of them are done
	LEAQ (SI)(DX*1), R10    // the end

block:                          // 64 bytes, a word of each mask
	LEAQ 64(SI), R11
	CMPQ R11, R10
	JHI  loop
	MOVOU (SI), X4
	MOVO X4, X5
	POR X4, X3
	PCMPEQB X0, X4
	PMOVMSKB X4, R9
	PCMPEQB X1, X5
	POR X5, X2
	PMOVMSKB X5, R13
	MOVOU 16(SI), X4
	MOVO X4, X5
	POR X4, X3
	PCMPEQB X0, X4
	PMOVMSKB X4, AX
	PCMPEQB X1, X5
	POR X5, X2
	PMOVMSKB X5, BX
	SHLQ $16, AX
	ORQ AX, R9
	SHLQ $16, BX
	ORQ BX, R13
	MOVOU 32(SI), X4
	MOVO X4, X5
	POR X4, X3
	PCMPEQB X0, X4
	PMOVMSKB X4, AX
	PCMPEQB X1, X5
	POR X5, X2
	PMOVMSKB X5, BX
	SHLQ $32, AX
	ORQ AX, R9
	SHLQ $32, BX
	ORQ BX, R13
	MOVOU 48(SI), X4
	MOVO X4, X5
	POR X4, X3
	PCMPEQB X0, X4
	PMOVMSKB X4, AX
	PCMPEQB X1, X5
	POR X5, X2
	PMOVMSKB X5, BX
	SHLQ $48, AX
	ORQ AX, R9
	SHLQ $48, BX
	ORQ BX, R13
	MOVQ R9, (DI)
	MOVQ R13, (R8)
	ADDQ $8, DI
	ADDQ $8, R8
	XORQ R9, R9
	XORQ R13, R13
	MOVQ R11, SI
	JMP block

loop:                           // then 16 at a time
	LEAQ 16(SI), R11
	CMPQ R11, R10
	JHI  tail
	MOVOU (SI), X4
	MOVO X4, X5
	POR X4, X3
	PCMPEQB X0, X4
	PMOVMSKB X4, AX
	PCMPEQB X1, X5
	POR X5, X2
	PMOVMSKB X5, BX
	SHLQ CX, AX
	ORQ AX, R9
	SHLQ CX, BX
	ORQ BX, R13
	MOVQ R11, SI
	ADDQ $16, CX
	JMP loop

tail:
	CMPQ SI, R10
	JEQ done
	// Fewer than 16 bytes are left: look at the last 16 and drop what was seen.
	MOVOU -16(R10), X4
	MOVO X4, X5
	POR X4, X3
	PCMPEQB X0, X4
	PMOVMSKB X4, AX
	PCMPEQB X1, X5
	POR X5, X2
	PMOVMSKB X5, BX
	SUBQ R10, R11
	MOVQ CX, R12
	MOVQ R11, CX
	SHRQ CX, AX
	SHRQ CX, BX
	MOVQ R12, CX
	SHLQ CX, AX
	ORQ AX, R9
	SHLQ CX, BX
	ORQ BX, R13

done:
	MOVQ R9, (DI)
	MOVQ R13, (R8)
	PMOVMSKB X2, AX
	PMOVMSKB X3, BX
	SHLQ $16, BX
	ORQ BX, AX
	MOVQ AX, seen+48(FP)
	RET
