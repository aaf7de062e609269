#include "textflag.h"

// SSE2 is part of every amd64, so that nothing need be asked of the processor.

// func mark(s *byte, n int, delimiter, quotechar uint64, masks *uint64) (seen uint64)
TEXT ·mark(SB), NOSPLIT, $0-48
	MOVQ s+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ delimiter+16(FP), X0
	PUNPCKLQDQ X0, X0
	MOVQ quotechar+24(FP), X1
	PUNPCKLQDQ X1, X1
	MOVQ masks+32(FP), DI
	PXOR X2, X2             // quotes seen
	PXOR X3, X3             // all bytes, or-ed
	XORQ R9, R9             // the mask in the making
	XORQ CX, CX             // how many bits of it are done
	LEAQ (SI)(DX*1), R10    // the end

loop:
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
	SHLQ CX, AX
	ORQ AX, R9
	MOVQ R11, SI
	ADDQ $16, CX
	CMPQ CX, $64
	JNE loop
	MOVQ R9, (DI)
	ADDQ $8, DI
	XORQ R9, R9
	XORQ CX, CX
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
	SUBQ R10, R11
	MOVQ CX, R12
	MOVQ R11, CX
	SHRQ CX, AX
	MOVQ R12, CX
	SHLQ CX, AX
	ORQ AX, R9

done:
	MOVQ R9, (DI)
	PMOVMSKB X2, AX
	PMOVMSKB X3, BX
	SHLQ $16, BX
	ORQ BX, AX
	MOVQ AX, seen+40(FP)
	RET
