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
