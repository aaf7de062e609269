#include "textflag.h"

// Loops over four numbers at a time, by SSE2, which every amd64 has.

// func dotQuads(sums *[4]float32, a, b *float32, quads int)
TEXT ·dotQuads(SB), NOSPLIT, $0-32
	MOVQ sums+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ quads+24(FP), CX
	MOVUPS (DI), X0
	JMP left
next:
	MOVUPS (SI), X1
	MOVUPS (DX), X2
	MULPS X2, X1
	ADDPS X1, X0
	ADDQ $16, SI
	ADDQ $16, DX
left:
	DECQ CX
	JGE next
	MOVUPS X0, (DI)
	RET

// func scaleQuads(out, a, b *float32, quads int, by float32)
TEXT ·scaleQuads(SB), NOSPLIT, $0-36
	MOVQ out+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ quads+24(FP), CX
	MOVSS by+32(FP), X0
	SHUFPS $0, X0, X0
	JMP left
next:
	MOVUPS (SI), X1
	MOVUPS (DX), X2
	MULPS X2, X1
	MULPS X0, X1
	MOVUPS X1, (DI)
	ADDQ $16, DI
	ADDQ $16, SI
	ADDQ $16, DX
left:
	DECQ CX
	JGE next
	RET

// func shareQuads(sums, a, b *float32, quads int, part float32)
TEXT ·shareQuads(SB), NOSPLIT, $0-36
	MOVQ sums+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ quads+24(FP), CX
	MOVSS part+32(FP), X0
	SHUFPS $0, X0, X0
	JMP left
next:
	MOVUPS (SI), X1
	MOVUPS (DX), X2
	MOVUPS (DI), X3
	MULPS X2, X1
	MULPS X0, X1
	ADDPS X1, X3
	MOVUPS X3, (DI)
	ADDQ $16, DI
	ADDQ $16, SI
	ADDQ $16, DX
left:
	DECQ CX
	JGE next
	RET

// func weighQuads(p, a, b *float32, quads int) float32
TEXT ·weighQuads(SB), NOSPLIT, $0-36
	MOVQ p+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ quads+24(FP), CX
	XORPS X0, X0
	JMP left
next:
	MOVUPS (SI), X1
	MOVUPS (DX), X2
	MOVUPS (DI), X3
	ADDPS X2, X1
	MULPS X3, X1
	MOVUPS X1, (DI)
	MOVAPS X1, X2
	SHUFPS $0xB1, X2, X2 // second, first, fourth, third
	ADDPS X2, X1
	MOVHLPS X1, X2
	ADDSS X2, X1
	ADDSS X1, X0
	ADDQ $16, DI
	ADDQ $16, SI
	ADDQ $16, DX
left:
	DECQ CX
	JGE next
	MOVSS X0, ret+32(FP)
	RET

// func countQuads(counts, p *float32, quads int, part float32)
TEXT ·countQuads(SB), NOSPLIT, $0-28
	MOVQ counts+0(FP), DI
	MOVQ p+8(FP), SI
	MOVQ quads+16(FP), CX
	MOVSS part+24(FP), X0
	SHUFPS $0, X0, X0
	JMP left
next:
	MOVUPS (SI), X1
	MOVUPS (DI), X2
	MULPS X0, X1
	ADDPS X1, X2
	MOVUPS X2, (DI)
	ADDQ $16, DI
	ADDQ $16, SI
left:
	DECQ CX
	JGE next
	RET

// func spreadLanes(l *lanes, out *cost, eights int, fixed cost) cost
TEXT ·spreadLanes(SB), NOSPLIT, $0-36
	MOVQ l+0(FP), SI
	MOVQ out+8(FP), DI
	MOVQ eights+16(FP), CX
	MOVL fixed+24(FP), AX
	MOVL AX, X6
	PSHUFD $0, X6, X6
	PXOR X7, X7
	PCMPEQW X5, X5 // the least of each lane
	JMP left
next:
	MOVOU (SI), X0
	MOVO X5, X1
	PSUBUSW X0, X1
	PSUBW X1, X5
	PSHUFD $0xEE, X0, X1
	PUNPCKLWL X1, X0
	MOVO X0, X2
	PUNPCKLWL X7, X0
	PUNPCKHWL X7, X2
	PADDL X6, X0
	PADDL X6, X2
	MOVOU X0, (DI)
	MOVOU X2, 16(DI)
	ADDQ $16, SI
	ADDQ $32, DI
left:
	DECQ CX
	JGE next
	PSHUFD $0xEE, X5, X0
	MOVO X5, X1
	PSUBUSW X0, X1
	PSUBW X1, X5
	PSHUFD $0x55, X5, X0
	MOVO X5, X1
	PSUBUSW X0, X1
	PSUBW X1, X5
	PSHUFLW $0x55, X5, X0
	MOVO X5, X1
	PSUBUSW X0, X1
	PSUBW X1, X5
	MOVL X5, BX
	MOVWLZX BX, BX
	ADDL BX, AX
	MOVL AX, ret+32(FP)
	RET
