import { create } from "zustand";
import type { ToastContent } from "@/components/ui/toast";

interface ToastState {
  toasts: ToastContent[];
  /** Answers the id by which it can be closed. */
  show: (toast: Omit<ToastContent, "id">) => string;
  close: (id: string) => void;
}

/** Short notices; at most three at a time, the oldest leaves. */
export const useToasts = create<ToastState>()((set) => ({
  toasts: [],
  show: (toast) => {
    const id = crypto.randomUUID();
    set((state) => ({ toasts: [...state.toasts.slice(-2), { ...toast, id }] }));
    return id;
  },
  close: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));
